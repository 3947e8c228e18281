-- severity: critical
-- description: Van een periode met een afgeschermd cijfer, en van elke periode waar die deel van
--   is of die er deel van is, staat van die KPI geen oude waarde: het verschil zou helpen het
--   afgeschermde cijfer te vinden.
-- on_failure: De query noemt de rijen van kpi_revision die niet kloppen: herstel het model
--   kpi_revision of de levering erachter en start opnieuw.
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

select own.kpi_id from own
inner join spans on own.period_grain = spans.grain
inner join fct_kpi_value as hiding on hiding.is_suppressed and own.kpi_id = hiding.kpi_id
inner join spans as hiding_span on hiding.period_grain = hiding_span.grain
where
    own.old_value is not null
    and own.period_start < hiding.period_start + to_months(hiding_span.months)
    and hiding.period_start < own.period_start + to_months(spans.months)
