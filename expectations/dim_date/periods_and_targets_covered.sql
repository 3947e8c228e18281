-- severity: warning
-- description: Elke periode van een cijfer en elk doel valt in de kalender, die van 1900 tot
--   2100 reikt; een cijfer daarbuiten staat alleen in fct_kpi_value.
-- on_failure: Bekijk de rijen die de query op dim_date noemt en vraag de eigenaar van de bron of
--   ze kloppen.
with named as (
    select period_start as day from fct_kpi_value
    union
    select period_start as day from fct_kpi_target
    union
    select period_end as day from fct_kpi_target
    where period_end is not null
)

select day from named
where day not in (select own.date from own)
