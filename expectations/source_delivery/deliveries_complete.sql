-- severity: critical
-- description: Alle bestanden die de run zag staan in de tabel en geen andere.
-- on_failure: De query noemt de rijen van source_delivery die niet kloppen: herstel het model
--   source_delivery of de levering erachter en start opnieuw.
with seen as (
    select
        source,
        file_name,
        sha256
    from warehouse.staging.stg_run__delivery
),

shown as (
    select
        source,
        file_name,
        sha256
    from own
)

(
    select
        source,
        file_name,
        sha256
    from seen
    except all
    select
        source,
        file_name,
        sha256
    from shown
)
union all
(
    select
        source,
        file_name,
        sha256
    from shown
    except all
    select
        source,
        file_name,
        sha256
    from seen
)
