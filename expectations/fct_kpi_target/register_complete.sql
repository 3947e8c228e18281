-- severity: critical
-- description: Alle doelen van het register staan in de tabel, met dezelfde waarde, en geen
--   andere.
-- on_failure: De query noemt de rijen van fct_kpi_target die niet kloppen: herstel het model
--   fct_kpi_target of de levering erachter en start opnieuw.
with expected as (
    select
        kpi_id,
        kind,
        comparator,
        cast(value as double) as target_value,
        count(*) as number
    from warehouse.register.kpi_target
    where kpi_id in (select kpi_id from dim_kpi)
    group by all
),

shown as (
    select
        kpi_id,
        kind,
        comparator,
        target_value,
        count(*) as number
    from own
    group by all
)

(
    select
        kpi_id,
        kind,
        comparator,
        target_value,
        number
    from expected
    except
    select
        kpi_id,
        kind,
        comparator,
        target_value,
        number
    from shown
)
union all
(
    select
        kpi_id,
        kind,
        comparator,
        target_value,
        number
    from shown
    except
    select
        kpi_id,
        kind,
        comparator,
        target_value,
        number
    from expected
)
