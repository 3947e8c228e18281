with latest as (
    {{ latest_version(
        'accessibility_audit', 'pages', [trimmed('audit_id'), trimmed('pagina_url')]
    ) }}
)

select
    {{ trimmed('audit_id') }} as audit_id,
    {{ trimmed('pagina_url') }} as page_url,
    getoetst_op as audited_on,
    fouten_a as failures_a,
    fouten_aa as failures_aa
from latest
