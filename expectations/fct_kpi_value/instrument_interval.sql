-- severity: critical
-- kpi: b1_share
-- description: Het aandeel B1 heeft een interval waar het een waarde heeft: dat van de fouten
--   van het instrument, nooit smaller dan van het aandeel zelf tot het gecorrigeerde aandeel.
-- on_failure: De query noemt wat afwijkt: leg het model kpi_b1_share naast de records van
--   text_corpus, herstel het model of de levering en start opnieuw.
with shown as (
    select * from own
    where kpi_id in ('b1_share', 'permit_pages_b1') and source_state = 'current'
)

select
    total.kpi_id,
    total.period_start
from shown as total
left join shown as corrected
    on
        total.kpi_id = corrected.kpi_id and total.period_grain = corrected.period_grain
        and total.period_start = corrected.period_start and corrected.dimension_value = 'corrected'
where
    total.dimension = 'total' and total.value is not null
    and (
        total.ci_low is null
        or total.ci_low > corrected.value + 1e-6
        or total.ci_high < corrected.value - 1e-6
    )
