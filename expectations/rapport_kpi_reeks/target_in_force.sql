-- severity: critical
-- description: Bij elk cijfer staat het doel dat op de laatste dag van de periode gold, en bij
--   een onderdeel dat het het doel van het geheel is.
-- on_failure: De query noemt de rijen van rapport_kpi_reeks die niet kloppen: herstel het model
--   rapport_kpi_reeks of de levering erachter en start opnieuw.
with register as (
    select
        kpi_id,
        unit = 'count' and is_additive_over_time as is_sum
    from warehouse.register.kpi_register
),

expected as (
    select
        own."Sleutel",
        target.target_value,
        target.comparator
    from own inner join register on own."Code" = register.kpi_id
    inner join fct_kpi_target as target
        on
            own."Code" = target.kpi_id and target.kind = 'target'
            and own."Einde periode" between target.period_start and coalesce(
                target.period_end, date '9999-12-31'
            )
    where
        own."Uitsplitsing" <> 'Cijfer ernaast'
        and (own."Soort periode" = 'jaar' or not register.is_sum)
)

select own."Sleutel" from own left join expected on own."Sleutel" = expected."Sleutel"
where
    own."Doel" is distinct from expected.target_value
    or own."Vergelijking" is distinct from expected.comparator
    or own."Soort doel" is distinct from case
        when expected.target_value is null then null
        when own."Uitsplitsing" = 'Totaal' then 'doel' else 'doel van het geheel'
    end
