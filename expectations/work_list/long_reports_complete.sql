-- severity: critical
-- description: Op de lijst staan precies de meldingen die op de peildatum langer dan 30
--   kalenderdagen open staan en geen deel van een andere melding zijn.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

wanted as (
    select report_id as item_id from warehouse.staging.stg_fixi__reports cross join run
    where
        main_report_id is null
        and made_on + 30 < as_of
        and (handled_on is null or handled_on > as_of)
),

listed as (
    select item_id from own
    where list = 'reports_open_long'
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
