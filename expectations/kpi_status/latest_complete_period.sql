-- severity: critical
-- description: De getoonde periode is de laatste die voorbij was op de dag van haar cijfers; van
--   een jaarcijfer het jaar dat beoordeeld is.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
with latest as (
    select
        figure.kpi_id,
        max(figure.period_start) as period_start
    from fct_kpi_value as figure
    inner join own on figure.kpi_id = own.kpi_id and figure.period_grain = own.period_grain
    where
        figure.dimension = 'total'
        and cast(
            figure.period_start
            + interval 1 month
            * case figure.period_grain when 'month' then 1 when 'quarter' then 3 else 12 end
            - interval 1 day as date
        )
        <= figure.as_of
    group by 1
)

select own.kpi_id from own left join latest on own.kpi_id = latest.kpi_id
where case
    when own.period_grain = 'year' then own.period_start <> own.judged_period_start
    else own.period_start is distinct from latest.period_start
end
