-- severity: critical
-- description: De stand volgt uit de beoordeelde waarde, haar interval, haar aantal records en
--   het doel; 'meer dan' en 'minder dan' zijn strikt, er wordt niet afgerond, en een telling
--   waarvan het jaar loopt is pas beslist als wat komt er niets meer aan verandert.
-- on_failure: De query noemt de rijen van kpi_status die niet kloppen: herstel het model
--   kpi_status of de levering erachter en start opnieuw.
with judged as (
    select
        own.*,
        register.minimum_records,
        register.unit,
        register.is_cumulative_count
        or (register.unit = 'count' and register.is_additive_over_time) as counts_up,
        month(own.judged_until) <> 12 or day(own.judged_until) <> 31 as runs,
        case own.comparator
            when '>' then own.judged_value > own.target_value when
                '>='
                then own.judged_value >= own.target_value
            when '<' then own.judged_value < own.target_value when
                '<='
                then own.judged_value <= own.target_value
            when '=' then own.judged_value = own.target_value
        end as met
    from own inner join warehouse.register.kpi_register as register on own.kpi_id = register.kpi_id
    where register.direction <> 'benchmark'
),

expected as (
    select
        kpi_id,
        status,
        case
            when judged_value is null then 'no_data'
            when target_value is null then 'no_target'
            when target_from > judged_until then 'not_yet'
            when unit <> 'count' and judged_sample_size < minimum_records then 'too_few'
            when counts_up and runs
                then
                    case
                        when comparator in ('>', '>=') and met then 'on_target'
                        when comparator in ('<', '<=') and not met then 'off_target'
                        when comparator = '=' and judged_value > target_value then 'off_target'
                        else 'running'
                    end
            when judged_ci_low < target_value and target_value < judged_ci_high then 'uncertain'
            when met then 'on_target'
            else 'off_target'
        end as expected
    from judged
)

select kpi_id from expected
where status is distinct from expected
