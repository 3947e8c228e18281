{# Every model of models/kpi/, by its id: dbt must know what it reads before it may read a table.
   What counts is in the register; the test assert_register_fits_models compares the two. #}
{% set kpi_ids = [
    'appointment_within_5d',
    'area_development_within_norm',
    'b1_share',
    'b1_training_coverage',
    'business_climate_rating',
    'callbacks_late',
    'callbacks_open_late',
    'digital_self_service_share',
    'enforcement_response',
    'external_hiring_share',
    'invoices_paid_30d',
    'invoices_with_qr',
    'kcc_contact_share',
    'mijndronten_users',
    'onboarding_training_coverage',
    'one_desk_interviews',
    'penalty_warm_contact',
    'permit_expiry_notice',
    'permit_pages_b1',
    'phone_reached',
    'press_answered',
    'procurement_lawfulness',
    'public_space_feedback_lag',
    'search_success',
    'service_award_nominations',
    'service_norm_reports',
    'service_rating',
    'softbot_cases',
    'sport_answered',
    'triage_first_response',
    'triage_satisfaction',
    'unclear_text_reports',
    'unlawful_files',
    'website_accessibility',
    'website_satisfaction',
    'website_text_clarity',
] %}

with computed as (
    {% for kpi_id in kpi_ids %}
    select
        cast(kpi_id as varchar) as kpi_id,
        cast(period_grain as varchar) as period_grain,
        cast(period_start as date) as period_start,
        cast(dimension as varchar) as dimension,
        cast(dimension_value as varchar) as dimension_value,
        cast(value as double) as value,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        cast(sample_size as bigint) as sample_size,
        cast(ci_low as double) as ci_low,
        cast(ci_high as double) as ci_high,
        cast(is_provisional as boolean) as is_provisional
    from {{ ref('kpi_' ~ kpi_id) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    concat_ws(
        '|',
        computed.kpi_id, computed.period_grain, computed.period_start,
        computed.dimension, computed.dimension_value
    ) as cell,
    computed.*,
    register.definition_version,
    register.is_about_people,
    register.is_about_people
    and computed.sample_size between 1 and {{ norm('minimum_group') }} - 1 as is_small
from computed
inner join {{ ref('kpi_register') }} as register on computed.kpi_id = register.kpi_id
left join {{ ref('stg_run__source') }} as sources on register.source_system = sources.source
-- of a stopped source the figures of the release before stand (fct_kpi_value adds them)
where coalesce(sources.state, 'current') <> 'stopped'
order by cell
