-- severity: critical
-- description: Op de lijst staan precies de persvragen die op de peildatum geen antwoord hebben,
--   ook als er een procesantwoord is gegeven.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

wanted as (
    select question_id as item_id from warehouse.staging.stg_press_mailbox__questions cross join run
    where received_on <= as_of and (answered_on is null or answered_on > as_of)
),

listed as (
    select item_id from own
    where list = 'press_open'
)

select * from (
    select item_id from wanted
    except all
    select item_id from listed
)
union all
select * from (
    select item_id from listed
    except all
    select item_id from wanted
)
