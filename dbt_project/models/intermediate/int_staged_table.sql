{# Every table of the contracts (sources/*/source.yml), as <source>__<table>. #}
{% set tables = [
    'accessibility_audit__pages',
    'case_system__cases',
    'civil_affairs__appointments',
    'customer_contact__callbacks',
    'customer_contact__contacts',
    'customer_contact__team_contacts',
    'external_survey__scores',
    'finance_hr__staff_costs',
    'finance_invoices__einvoices',
    'finance_invoices__incoming',
    'finance_invoices__outgoing',
    'fixi__reports',
    'hr_training__staff_training',
    'iv3__region_membership',
    'iv3__staff_costs_by_municipality',
    'klant_in_focus__responses',
    'mijndronten__logins',
    'press_mailbox__questions',
    'procurement__files',
    'programme_register__counters',
    'programme_register__milestones',
    'search_log__searches',
    'service_norm_reports__reports',
    'service_survey__grades',
    'social_domain__indicators',
    'social_domain__measures',
    'softbot_log__runs',
    'text_corpus__texts',
    'website_feedback__votes',
] %}

{% for table in tables %}
select
    '{{ table.split("__")[0] }}' as source,
    '{{ table.split("__")[1] }}' as table_name,
    count(*) as records
from {{ ref('stg_' ~ table) }}
{{ 'union all' if not loop.last }}
{% endfor %}
order by source, table_name
