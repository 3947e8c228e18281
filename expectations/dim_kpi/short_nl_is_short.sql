-- severity: critical
-- description: De korte zin telt ten hoogste 20 woorden.
-- on_failure: De query noemt de rijen van dim_kpi die niet kloppen: herstel het model dim_kpi of
--   de levering erachter en start opnieuw.
select kpi_id from own
where len(string_split_regex(trim(short_nl), '\s+')) > 20
