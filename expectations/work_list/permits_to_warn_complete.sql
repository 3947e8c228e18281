-- severity: critical
-- description: Op de lijst staan precies de geldende vergunningen waarvan de houder nog niet is
--   benaderd en dat binnen drie maanden moet, of al had gemoeten; zonder wie korter dan drie
--   maanden een vergunning heeft.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

wanted as (
    select case_id as item_id from warehouse.staging.stg_case_system__cases cross join run
    where
        case_type = 'vergunning'
        and received_on <= as_of
        and permit_ends_on >= as_of
        and (holder_warned_on is null or holder_warned_on > as_of)
        and cast(permit_ends_on - interval 3 month as date) between received_on and cast(
            as_of + interval 3 month as date
        )
),

listed as (
    select item_id from own
    where list = 'permits_to_warn'
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
