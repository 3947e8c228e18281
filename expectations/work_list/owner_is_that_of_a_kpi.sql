-- severity: critical
-- description: Bij elke lijst hoort één eigenaar: die van de KPI waar zij over gaat.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
select list from own
group by list
having count(distinct owner) <> 1 or min(owner) not in (select owner from dim_kpi)
