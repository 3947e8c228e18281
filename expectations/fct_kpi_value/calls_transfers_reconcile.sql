-- severity: critical
-- kpi: phone_reached
-- description: Directe en doorverbonden gesprekken staan per jaar apart: direct met wat is
--   opgenomen, doorverbonden met wat is gelukt.
-- on_failure: De query noemt de periode waarin cijfer en records verschillen. Leg het model
--   kpi_phone_reached naast de records van customer_contact, herstel het model of de levering en
--   start opnieuw.
with run as (select as_of from warehouse.staging.stg_run__context),

used as (
    select
        cast(date_trunc('year', started_on) as date) as period_start,
        case when is_transferred then 'transferred' else 'direct' end as dimension_value,
        count(*) as records,
        count(*) filter (
            where case when is_transferred then is_transfer_successful else is_answered end
        ) as met
    from warehouse.staging.stg_customer_contact__contacts cross join run
    where
        channel = 'telefoon' and started_on <= run.as_of and (
            is_transferred or is_answered is not null
        )
        and 'customer_contact' not in (
            select source from warehouse.staging.stg_run__source
            where state = 'stopped'
        )
    group by all
),

shown as (
    select
        period_start,
        dimension_value,
        numerator,
        denominator
    from own
    where
        kpi_id = 'phone_reached'
        and period_grain = 'year'
        and dimension = 'transfer'
        and source_state = 'current'
)

select period_start from used full join shown using (period_start, dimension_value)
where used.records is distinct from shown.denominator or used.met is distinct from shown.numerator
