-- severity: critical
-- description: Op de lijst staan precies de terugbelverzoeken die op de peildatum open zijn en
--   waarvan de termijn voorbij is.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

wanted as (
    select callback_id as item_id
    from warehouse.staging.stg_customer_contact__callbacks as record
    inner join warehouse.intermediate.int_callback as term using (callback_id)
    cross join run
    where
        record.made_on <= as_of
        and (record.handled_on is null or record.handled_on > as_of)
        and term.due_on <= as_of
),

listed as (
    select item_id from own
    where list = 'callbacks_overdue'
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
