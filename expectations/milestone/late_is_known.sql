-- severity: critical
-- description: Of een mijlpaal te laat is volgt uit haar stand en haar laatste dag: nooit bij
--   onbekend of vervallen, en alleen bij gereed zonder dag is het niet te zeggen.
-- on_failure: De query noemt de rijen van milestone die niet kloppen: herstel het model
--   milestone of de levering erachter en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context)

select milestone_id from own cross join run
where
    (status in ('onbekend', 'vervallen') and is_late is not null)
    or (status in ('niet_gestart', 'loopt') and is_late is distinct from (due_on <= as_of))
    or (status = 'gereed' and is_late and not coalesce(done_on > due_on, false))
    or (
        status = 'gereed'
        and not is_late
        and due_on <= as_of
        and not coalesce(done_on <= due_on, false)
    )
    or (status = 'gereed' and is_late is null and (done_on is not null or due_on > as_of))
