-- severity: critical
-- kpi: public_space_feedback_lag
-- description: Aansluiting openstaande meldingen: elke stand telt alle meldingen die op die dag
--   gemaakt en niet afgehandeld waren, en als oud die van meer dan 30 kalenderdagen.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_public_space_feedback_lag naast de records van fixi, herstel het model of de levering en
--   start opnieuw.
with shown as (
    select
        period_grain,
        period_start,
        value,
        numerator,
        denominator,
        least(as_of, cast(period_start + case period_grain
            when 'month' then interval 1 month
            when 'quarter' then interval 3 month else interval 1 year
        end - interval 1 day as date)) as judged_on
    from own
    where
        kpi_id = 'public_space_feedback_lag'
        and dimension_value = 'open_over_30_days'
        and source_state = 'current'
),

used as (
    select
        shown.period_grain,
        shown.period_start,
        count(*) as open,
        count(*) filter (where date_diff('day', record.made_on, shown.judged_on) > 30) as old
    from shown
    inner join warehouse.staging.stg_fixi__reports as record
        on
            record.main_report_id is null and record.made_on <= shown.judged_on
            and (record.handled_on is null or record.handled_on > shown.judged_on)
    group by all
)

select period_start from shown left join used using (period_grain, period_start)
where
    shown.denominator <> coalesce(used.open, 0) or shown.numerator <> coalesce(used.old, 0)
    or abs(shown.value - 100 * shown.numerator / shown.denominator) > 1e-9
