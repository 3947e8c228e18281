"""The gate as Dagster checks: one per expectation, on the table that it judges.

Dagster's blocking only holds inside one run, so it is what people see, not what protects a
publication: the release step asks the ledger itself (`release/`). Not here: judging (`gate/`).
"""

from collections.abc import Iterator, Mapping

import dagster as dg

from dronten_pipeline.contracts.suites import Suite
from dronten_pipeline.core.run_files import REPORT
from dronten_pipeline.defs.naming import mart_key
from dronten_pipeline.defs.resources import RunResource
from dronten_pipeline.pipeline.run import folder_to_read

#: What the gate checks besides the suites, and the table that it hangs on.
RULES_KEPT, ABOUT_RELEASE = "rules_kept", "publication"
SEVERITY = {
    "critical": dg.AssetCheckSeverity.ERROR,
    "warning": dg.AssetCheckSeverity.WARN,
}


def build_gate(suites: Mapping[str, Suite]) -> dg.AssetChecksDefinition:
    """All expectations of all suites as one step, because one process judges them."""

    @dg.multi_asset_check(
        name="gate",
        description="Beoordeelt elke tabel die gepubliceerd wordt.",
        specs=[
            dg.AssetCheckSpec(
                name=expectation.rule,
                asset=mart_key(suite.table),
                description=expectation.description,
                blocking=True,
                metadata={"severity": expectation.severity, "type": expectation.type},
            )
            for suite in suites.values()
            for expectation in suite.expectations
        ]
        + [
            dg.AssetCheckSpec(
                name=RULES_KEPT,
                asset=mart_key(table),
                description="Geen kritische regel is sinds de vorige uitgave weg, verzwakt of "
                "anders, of een tweede persoon keurde dat goed.",
                blocking=True,
            )
            for table in suites
            if table == ABOUT_RELEASE
        ],
        # A subset could leave out a critical rule; without a result Dagster goes on.
        can_subset=False,
    )
    def gate(
        context: dg.AssetCheckExecutionContext, run: RunResource
    ) -> Iterator[dg.AssetCheckResult]:
        from dronten_pipeline.gate.gate import run_gate
        from dronten_pipeline.gate.verdict import HeldBack
        from dronten_pipeline.ingest.inputs import read_inputs
        from dronten_pipeline.ledger import rules
        from dronten_pipeline.release.report.write import write_report_of_failure

        run_id = context.run.run_id
        folder = folder_to_read(run.settings, run_id)
        inputs = read_inputs(folder)  # of the warehouse, which another run may have built
        try:
            verdict = run_gate(
                run.settings,
                run_folder=folder,
                run_id=run_id,
                release_id=inputs.release_id,
                as_of=inputs.as_of,
                code_version=inputs.code_version,
                previous_release=inputs.follows,
                on_progress=context.log.info,
            )
        finally:
            report = write_report_of_failure(run.settings, folder, is_sample=inputs.is_sample)
            if report is not None:
                context.log.warning(f"nothing will be published; the report: {report}")
        if ABOUT_RELEASE in suites:
            yield dg.AssetCheckResult(
                asset_key=mart_key(ABOUT_RELEASE),
                check_name=RULES_KEPT,
                passed=not verdict.weakened,
                severity=SEVERITY["critical"],
                description="\n".join(rules.in_words(change) for change in verdict.weakened),
            )
        for result in verdict.results:
            yield dg.AssetCheckResult(
                asset_key=mart_key(result.table),
                check_name=result.rule,
                passed=result.passed,
                # A rule that could not be judged holds back, whatever its severity.
                severity=SEVERITY["critical" if result.error else result.severity],
                description=result.error or result.observed,
                metadata={
                    "observed": result.observed or "",
                    "failing_rows": result.failing_rows or 0,
                    "checked_rows": result.checked_rows or 0,
                },
            )
        if verdict.verdict == "failed":
            # Dagster would say the same of checks that block, in an error that it does not export.
            raise HeldBack(f"De beoordeling hield deze cijfers tegen; zie {folder / REPORT}.")

    return gate
