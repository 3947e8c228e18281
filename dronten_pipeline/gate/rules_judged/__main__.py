"""`python -m dronten_pipeline.gate.rules_judged [--rules]`: the report on the rules.

Here belongs calling; ends with 1 where a rule contradicts others, follows from them or cannot
fail. What is unknown is listed with its number and ends nothing.
"""

from __future__ import annotations

import argparse
import sys

from dronten_pipeline.contracts.published_tables import load_table_contracts
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.gate.rules_judged import shown
from dronten_pipeline.gate.rules_judged.report import lines, mistakes, tell
from dronten_pipeline.gate.suites import load_judgeable_suites


def main() -> int:
    parser = argparse.ArgumentParser(description="Whether each rule can pass, fail and is needed.")
    parser.add_argument("--rules", action="store_true", help="a line for every rule as well")
    every_rule = parser.parse_args().rules
    settings = Settings()
    suites = load_judgeable_suites(settings.expectations, settings.dbt_project)
    contracts = load_table_contracts(settings.dbt_project)
    types = {
        table: {name: column.type.upper() for name, column in contracts[table].columns.items()}
        for table in suites
    }
    told = tell(suites, types, shown.read())
    for line in lines(told, every_rule=every_rule):
        sys.stdout.write(f"{line}\n")
    wrong = list(mistakes(told))
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
