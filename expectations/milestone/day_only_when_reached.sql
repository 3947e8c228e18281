-- severity: critical
-- description: Alleen een mijlpaal die gereed is heeft een dag, en die ligt niet na de
--   peildatum.
-- on_failure: De query noemt de rijen van milestone die niet kloppen: herstel het model
--   milestone of de levering erachter en start opnieuw.
select milestone_id from own
where
    done_on is not null
    and (status <> 'gereed' or done_on > (select as_of from warehouse.staging.stg_run__context))
