-- severity: critical
-- description: Geen afgeschermde periode is te berekenen uit de periode waarvan zij deel is.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
with finer as (
    select
        own.*,
        case own.period_grain when 'month' then 'quarter' else 'year' end as whole_grain,
        cast(
            date_trunc(
                case own.period_grain when 'month' then 'quarter' else 'year' end, own.period_start
            )
            as date
        ) as whole_start
    from own
    inner join warehouse.register.kpi_register as register on own.kpi_id = register.kpi_id
    where
        own.period_grain <> 'year' and own.dimension <> 'measure' and register.is_additive_over_time
),

broken_down as (
    select distinct
        kpi_id,
        period_grain,
        dimension
    from own
    where dimension <> 'measure'
),

left_out as (
    select
        total.kpi_id,
        total.whole_grain,
        total.whole_start,
        part.dimension
    from finer as total
    inner join
        broken_down as part
        on total.kpi_id = part.kpi_id and total.period_grain = part.period_grain
    where
        total.dimension = 'total'
        and not exists (
            select 1 from finer
            where
                finer.kpi_id = total.kpi_id
                and finer.period_grain = total.period_grain
                and finer.period_start = total.period_start
                and finer.dimension = part.dimension
        )
    group by all
),

wholes as (
    select
        whole.kpi_id,
        whole.period_grain,
        whole.period_start,
        whole.dimension,
        whole.dimension_value,
        count(*) filter (where part.is_suppressed)
        + cast(bool_or(whole.is_suppressed) as integer) as hidden
    from finer as part
    inner join own as whole
        on
            part.kpi_id = whole.kpi_id and part.dimension = whole.dimension
            and part.dimension_value = whole.dimension_value
            and whole.period_grain = part.whole_grain and whole.period_start = part.whole_start
    group by all
)

select wholes.kpi_id from wholes
left join left_out
    on
        wholes.kpi_id = left_out.kpi_id and wholes.period_grain = left_out.whole_grain
        and wholes.period_start = left_out.whole_start and wholes.dimension = left_out.dimension
where wholes.hidden = 1 and left_out.kpi_id is null
