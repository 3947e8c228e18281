-- severity: critical
-- description: Aansluiting: precies de KPI's van kpi_status, met dezelfde waarde, dezelfde
--   beoordeelde waarde en periode, hetzelfde doel en hetzelfde vorige jaar.
-- on_failure: De query noemt de rijen van rapport_kpi_actueel die niet kloppen: herstel het
--   model rapport_kpi_actueel of de levering erachter en start opnieuw.
select status.kpi_id from kpi_status as status full join own on status.kpi_id = own."Code"
where
    own."Code" is null or status.kpi_id is null
    or (
        own."Waarde",
        own."Begin periode",
        own."Beoordeelde waarde",
        own."Beoordeeld vanaf",
        own."Beoordeeld tot en met",
        own."Ondergrens beoordeeld",
        own."Bovengrens beoordeeld",
        own."Doel",
        own."Doel vanaf",
        own."Verschil",
        own."Vorig heel jaar"
    )
    is distinct from (
        status.value,
        status.period_start,
        status.judged_value,
        status.judged_period_start,
        status.judged_until,
        status.judged_ci_low,
        status.judged_ci_high,
        status.target_value,
        status.target_from,
        status.gap,
        status.previous_year_value
    )
