-- severity: critical
-- description: Te laat is alleen wat een termijn heeft die voor de peildatum afliep; op de
--   laatste dag zelf is het 0 werkdagen.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context)

select item_id from own cross join run
where
    (working_days_late > 0 and (due_on is null or due_on >= as_of))
    or (due_on is null and working_days_late is not null)
