-- severity: warning
-- description: Een percentage van bedragen, weergaven of standen ligt van 0 tot en met 100; door
--   een correctie kan het daarbuiten vallen.
-- on_failure: Bekijk de rijen die de query op fct_kpi_value noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select own.kpi_id from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
where
    dim_kpi.unit = 'percent' and own.dimension <> 'measure'
    and (
        own.kpi_id in ('external_hiring_share', 'one_desk_interviews')
        or own.denominator is distinct from own.sample_size
    )
    and own.value not between 0 and 100
