-- severity: critical
-- description: Elke dag, elk team, elke afdeling en elk kanaal staat in zijn eigen tabel.
-- on_failure: De query noemt de rijen van fct_kpi_part die niet kloppen: herstel het model
--   fct_kpi_part of de levering erachter en start opnieuw.
select kpi_id
from own
where
    date_key not in (select date_key from dim_date)
    or organisation_key not in (select organisation_key from dim_organisation)
    or channel_key not in (select channel_key from dim_channel)
