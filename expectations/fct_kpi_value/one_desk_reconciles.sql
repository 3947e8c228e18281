-- severity: critical
-- kpi: one_desk_interviews
-- description: Aansluiting een-loket-gesprekken: teller en noemer van elk jaar zijn de laatste
--   standen van hun teller op of voor de dag van de stand.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_one_desk_interviews naast de records van programme_register, herstel het model of de
--   levering en start opnieuw.
with shown as (
    select
        *,
        least(own.as_of, cast(own.period_start + interval 1 year - interval 1 day as date))
            as judged_on
    from own
    where kpi_id = 'one_desk_interviews' and period_grain = 'year' and source_state = 'current'
),

latest as (
    select
        shown.period_start,
        reading.counter,
        reading.reading
    from shown
    inner join
        warehouse.staging.stg_programme_register__counters as reading
        on reading.counted_on <= shown.judged_on
    qualify
        row_number()
            over (partition by shown.period_start, reading.counter order by reading.counted_on desc)
        = 1
)

select shown.period_start from shown
left join
    latest as spoken
    on spoken.period_start = shown.period_start and spoken.counter = 'one_desk_interviews_teams'
left join
    latest as teams
    on teams.period_start = shown.period_start and teams.counter = 'one_desk_teams_total'
where
    shown.numerator is distinct from cast(spoken.reading as double)
    or shown.denominator is distinct from cast(teams.reading as double)
