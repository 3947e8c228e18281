-- severity: critical
-- kpi: callbacks_open_late
-- description: Aansluiting openstaande terugbelverzoeken: elke stand telt alle verzoeken die op
--   die dag gemaakt en niet afgehandeld waren, en als te laat die waarvan de termijn voorbij was.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_callbacks_open_late naast de records van customer_contact, herstel het model of de
--   levering en start opnieuw.
with shown as (
    select
        period_grain,
        period_start,
        numerator,
        denominator,
        least(as_of, cast(period_start + case period_grain
            when 'month' then interval 1 month
            when 'quarter' then interval 3 month else interval 1 year
        end - interval 1 day as date)) as judged_on
    from own
    where kpi_id = 'callbacks_open_late' and dimension = 'total' and source_state = 'current'
),

used as (
    select
        shown.period_grain,
        shown.period_start,
        count(*) as open,
        count(*) filter (where term.due_on <= shown.judged_on) as late
    from shown
    inner join warehouse.staging.stg_customer_contact__callbacks as record
        on
            record.made_on <= shown.judged_on
            and (record.handled_on is null or record.handled_on > shown.judged_on)
    left join warehouse.intermediate.int_callback as term using (callback_id)
    group by all
)

select period_start from shown left join used using (period_grain, period_start)
where shown.denominator <> coalesce(used.open, 0) or shown.numerator <> coalesce(used.late, 0)
