-- severity: critical
-- kpi: b1_share
-- description: Aansluiting van het gecorrigeerde aandeel B1: het staat er precies als alle
--   teksten naar dezelfde ijking zijn beoordeeld, en is het aandeel plus de specificiteit min 1,
--   gedeeld door de sensitiviteit plus de specificiteit min 1.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_b1_share naast de records van text_corpus, herstel het model of de levering en start
--   opnieuw.
with errors as (
    select
        min(easy_found / easy_texts) as sens,
        min(hard_found / hard_texts) as spec
    from warehouse.staging.stg_text_corpus__scores
    where level is not null
    having count(*) = count(calibration) and min(calibration) = max(calibration)
),

wanted as (
    select
        total.kpi_id,
        total.period_grain,
        total.period_start,
        100
        * greatest(
            0, least(1, (total.numerator / total.denominator + spec - 1) / (sens + spec - 1))
        ) as value
    from own as total cross join errors
    where
        total.kpi_id in ('b1_share', 'permit_pages_b1') and total.dimension = 'total'
        and total.source_state = 'current' and total.denominator > 0
),

shown as (
    select
        kpi_id,
        period_grain,
        period_start,
        value,
        ci_low
    from own
    where dimension = 'measure' and dimension_value = 'corrected' and source_state = 'current'
)

select
    kpi_id,
    period_grain,
    period_start
from wanted
full join shown using (kpi_id, period_grain, period_start)
where
    wanted.value is null
    or shown.value is null
    or shown.ci_low is null
    or abs(shown.value - wanted.value) > 1e-6
