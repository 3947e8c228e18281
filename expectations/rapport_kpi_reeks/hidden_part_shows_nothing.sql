-- severity: critical
-- description: Van een periode met een verborgen cijfer, en van elke periode waar die deel van
--   is of die er deel van is, staat van die KPI geen eerste waarde: het verschil zou helpen het
--   verborgen cijfer te vinden.
-- on_failure: De query noemt de rijen van rapport_kpi_reeks die niet kloppen: herstel het model
--   rapport_kpi_reeks of de levering erachter en start opnieuw.
with spans as (
    select
        'month' as grain,
        1 as months
    union all
    select
        'quarter' as grain,
        3 as months
    union all
    select
        'year' as grain,
        12 as months
)

select own."Sleutel" from own
inner join fct_kpi_value as hiding on hiding.is_suppressed and own."Code" = hiding.kpi_id
inner join spans on hiding.period_grain = spans.grain
where
    own."Eerste waarde" is not null
    and own."Begin periode" < hiding.period_start + to_months(spans.months)
    and hiding.period_start <= own."Einde periode"
