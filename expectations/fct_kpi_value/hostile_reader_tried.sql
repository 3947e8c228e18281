-- severity: critical
-- description: De aanval op de afgeschermde cijfers is op precies deze tabel uitgevoerd en tot
--   het einde gekomen.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select asked.hidden from (
    select count(*) filter (where is_suppressed and dimension <> 'measure') as hidden from own
) as asked
where not exists (
    select 1 from warehouse.attack.run as tried
    where tried.is_finished and tried.hidden_rows = asked.hidden
)
