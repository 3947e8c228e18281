-- severity: critical
-- description: De grenzen volgen uit ten minste 12 perioden van de KPI, alle voor de periode
--   zelf.
-- on_failure: De query noemt de rijen van kpi_signal die niet kloppen: herstel het model
--   kpi_signal of de levering erachter en start opnieuw.
with judged as (
    select
        own.*,
        dim_kpi.direction = 'higher' as higher_is_better,
        figure.numerator,
        figure.denominator,
        not figure.is_provisional as is_final,
        dim_kpi.unit,
        1e-6 * greatest(1, abs(own.centre)) as margin
    from own inner join dim_kpi on own.kpi_id = dim_kpi.kpi_id
    inner join fct_kpi_value as figure
        on
            own.kpi_id = figure.kpi_id and own.period_grain = figure.period_grain
            and own.period_start = figure.period_start and figure.dimension = 'total'
)

select judged.kpi_id from judged
where judged.centre is not null and (
    judged.baseline_until >= judged.period_start
    or (
        select count(*)
        from judged as before
        where
            before.kpi_id = judged.kpi_id and before.is_final
            and before.period_start between judged.baseline_from and judged.baseline_until
    ) < 12
)
