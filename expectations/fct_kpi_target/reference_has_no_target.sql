-- severity: critical
-- description: Een KPI die alleen een andere gemeente noemt is ter vergelijking: zij heeft geen
--   doel, en haar definitie zegt dat.
-- on_failure: De query noemt de rijen van fct_kpi_target die niet kloppen: herstel het model
--   fct_kpi_target of de levering erachter en start opnieuw.
select dim_kpi.kpi_id from dim_kpi
left join own on dim_kpi.kpi_id = own.kpi_id
where
    dim_kpi.document = '004_9f91a7e1c2dec50a.txt'
    and (
        own.kpi_id is not null or not contains(dim_kpi.definition_nl, 'Noordoostpolder')
        or not contains(dim_kpi.definition_nl, 'geen belofte van Dronten')
    )
