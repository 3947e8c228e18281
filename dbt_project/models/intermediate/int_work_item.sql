{% set today = as_of() %}

with texts as (
    {{ counted_texts() }}
)

select
    'callbacks_overdue' as list,
    'callbacks_open_late' as kpi_id,
    callback_id as item_id,
    team,
    due_on,
    'Terugbelverzoek van ' || {{ dutch_date('made_on') }} as detail
from {{ ref('int_callback') }}
where handled_on is null and due_on <= {{ today }}

union all
-- those that become due in three months, and those that are past and can still be warned
select
    'permits_to_warn' as list,
    'permit_expiry_notice' as kpi_id,
    case_id as item_id,
    team,
    warn_by as due_on,
    coalesce(permit_type, 'Vergunning') || ', loopt af op ' || {{ dutch_date('ends_on') }}
        as detail
from {{ ref('int_permit') }}
where
    warned_on is null
    and warn_by <= {{ today }} + to_months({{ norm('permit_notice') }})
    and ends_on >= {{ today }}

union all
select
    'reports_open_long' as list,
    'public_space_feedback_lag' as kpi_id,
    report_id as item_id,
    cast(null as varchar) as team,
    made_on + {{ norm('public_space_report') }} as due_on,
    concat_ws(
        ', ',
        category || coalesce(' in ' || village, ''),
        'gemeld op ' || {{ dutch_date('made_on') }},
        'oorzaak: ' || coalesce(replace(open_cause, '_', ' '), 'onbekend')
    ) as detail
from {{ ref('int_report') }}
where handled_on is null and made_on + {{ norm('public_space_report') }} < {{ today }}

union all
select
    'press_open' as list,
    'press_answered' as kpi_id,
    question_id as item_id,
    cast(null as varchar) as team,
    -- the promise is kept by a process answer; the answer itself has no term
    case when process_answered_on is null then due_on end as due_on,
    'Persvraag van ' || {{ dutch_date('received_on') }}
    || coalesce(', procesantwoord gegeven op ' || {{ dutch_date('process_answered_on') }}, '')
        as detail
from {{ ref('int_press_question') }}
where answered_on is null

union all
select
    'invoices_overdue' as list,
    'invoices_paid_30d' as kpi_id,
    item_id,
    department as team,
    due_on,
    concat_ws(
        ', ',
        'Factuur van ' || {{ dutch_amount('amount_eur') }} || ' euro',
        'ontvangen op ' || {{ dutch_date('received_on') }},
        'vervaldatum van de leverancier ' || {{ dutch_date('supplier_due_on') }}
    ) as detail
from {{ ref('int_invoice') }}
where left_out_as is null and paid_on is null and due_on <= {{ today }}

union all
-- what came in and was never booked; whose it is the invoice does not say
select
    'invoices_unseen' as list,
    'invoices_paid_30d' as kpi_id,
    item_id,
    cast(null as varchar) as team,
    due_on,
    concat_ws(
        ', ',
        case when type_code = 381 then 'Creditnota' else 'Factuur' end
        || ' van ' || {{ dutch_amount('amount') }} || case
            when currency = 'EUR' then ' euro'
            when regexp_full_match(currency, '[A-Z]{3}') then ' ' || currency
            else ' in een onbekende valuta'
        end,
        'gedateerd ' || {{ dutch_date('invoiced_on') }},
        'ontvangen op ' || {{ dutch_date('received_on') }},
        'staat niet in de administratie'
    ) as detail
from {{ ref('int_invoice_unseen') }}

union all
select
    'texts_too_hard' as list,
    'b1_share' as kpi_id,
    texts.text_id as item_id,
    texts.team,
    cast(null as date) as due_on,
    concat_ws(
        ', ',
        'Niveau ' || scores.level,
        replace(texts.channel, '_', ' '),
        texts.kind,
        'gepubliceerd op ' || {{ dutch_date('texts.event_date') }},
        'kans op B1: ' || case
            when scores.b1_probability < 0.01 then 'minder dan 1'
            else cast(cast(round(100 * scores.b1_probability) as integer) as varchar)
        end || ' %',
        case when scores.remark is not null then 'mogelijk verkeerd gelezen (scan)' end
    ) as detail
from texts
inner join {{ ref('stg_text_corpus__scores') }} as scores on texts.text_id = scores.text_id
-- short texts that were judged together are no text that somebody can rewrite; a short page
-- about a permit has a level of its own, and is judged by it
where not texts.is_pool and not scores.is_b1_or_easier
