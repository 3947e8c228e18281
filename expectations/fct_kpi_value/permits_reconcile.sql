-- type: reconciles
-- severity: critical
-- kpi: permit_expiry_notice
-- description: Aansluiting vergunningen: elke vergunning telt in het jaar waarin haar houder
--   uiterlijk benaderd moest zijn, of is weggelaten omdat het een andere zaak is, zij geen
--   einddatum heeft, na de peildatum is ontvangen, korter dan drie maanden geldt of die dag nog
--   moet komen.
-- equal: sample_size, denominator, numerator
-- every: stg_case_system__cases
with permits as (
    select
        record.case_type,
        record.received_on,
        record.holder_warned_on,
        run.as_of,
        cast(record.permit_ends_on - interval 3 month as date) as warned_by
    from warehouse.staging.stg_case_system__cases as record
    cross join run
)

select
    warned_by as day,
    1 as denominator,
    holder_warned_on <= warned_by as numerator,
    case
        when coalesce(case_type, '') <> 'vergunning' then 'andere zaak'
        when received_on > as_of then 'bestaat nog niet'
        when warned_by < received_on then 'korter dan drie maanden'
    end as left_out
from permits
