{# Every table of the contracts (sources/*/source.yml), as <source>__<table>, with the columns that
   are its key in staging. #}
{% set tables = {
    'accessibility_audit__pages': ['audit_id', 'page_url'],
    'case_system__cases': ['case_id'],
    'civil_affairs__appointments': ['appointment_id'],
    'customer_contact__callbacks': ['callback_id'],
    'customer_contact__contacts': ['contact_id'],
    'customer_contact__team_contacts': ['case_id'],
    'external_survey__scores': ['survey', 'year'],
    'finance_hr__staff_costs': ['entry_id'],
    'finance_invoices__einvoices': ['invoice_id', 'supplier_hash', 'type_code'],
    'finance_invoices__incoming': ['invoice_id', 'supplier_hash', 'type_code'],
    'finance_invoices__outgoing': ['invoice_id'],
    'fixi__reports': ['report_id'],
    'hr_training__staff_training': ['employee_id', 'training'],
    'iv3__region_membership': ['region', 'municipality_code'],
    'iv3__staff_costs_by_municipality': ['year', 'report_code', 'municipality_code'],
    'klant_in_focus__responses': ['response_id'],
    'mijndronten__logins': ['login_id'],
    'press_mailbox__questions': ['question_id'],
    'procurement__files': ['file_id'],
    'programme_register__counters': ['counter', 'counted_on'],
    'programme_register__milestones': ['milestone_id'],
    'search_log__searches': ['search_id'],
    'service_norm_reports__reports': ['report_id'],
    'service_survey__grades': ['response_id'],
    'social_domain__indicators': ['theme', 'result_no', 'year'],
    'social_domain__measures': ['measure_no', 'year'],
    'softbot_log__runs': ['run_id'],
    'text_corpus__texts': ['text_id'],
    'website_feedback__votes': ['vote_id'],
} %}

{% for table, key in tables.items() %}
{% set is_keyed = key | join(' is not null and ') ~ ' is not null' %}
select
    '{{ table.split("__")[0] }}' as source,
    '{{ table.split("__")[1] }}' as table_name,
    count(*) as records,
    count(*) filter (where {{ is_keyed }}) as keyed_records,
    count(distinct case when {{ is_keyed }} then row({{ key | join(', ') }}) end) as distinct_keys
from {{ ref('stg_' ~ table) }}
{{ 'union all' if not loop.last }}
{% endfor %}
order by source, table_name
