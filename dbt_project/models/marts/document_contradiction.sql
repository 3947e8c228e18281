-- what the registers hold twice is found; what only words say is written down in document_reading
with targets as (
    select
        'kpi' as subject,
        target.kpi_id as item_id,
        target.period,
        target.comparator || ' ' || replace(format('{:g}', target.value), '.', ',') as one_reading,
        otherwise.comparator || ' ' || replace(format('{:g}', otherwise.value), '.', ',')
            as other_reading,
        'De eerste lezing is het doel (kind = target), de andere staat ernaast en telt niet mee in '
        || 'de stand' || coalesce(': ' || target.note, '') || '.' as choice,
        target.document
    from {{ ref('kpi_target') }} as target
    inner join {{ ref('kpi_target') }} as otherwise
        on target.kpi_id = otherwise.kpi_id and target.period = otherwise.period
    where target.kind = 'target' and otherwise.kind = 'stated_otherwise'
),

milestones as (
    select
        'mijlpaal' as subject,
        milestone_id as item_id,
        due as period,
        due as one_reading,
        due_stated_otherwise as other_reading,
        'Wij rekenen met de eerste lezing. ' || description_nl as choice,
        document
    from {{ ref('milestone_register') }}
    where due_stated_otherwise is not null
),

sums as (
    select
        year,
        sum(saving_keur) as saving_keur
    from {{ ref('social_domain_plan') }}
    group by year
),

savings as (
    select
        'sociaal_domein' as subject,
        'besparing' as item_id,
        cast(sums.year as varchar) as period,
        'som van de maatregelen: ' || cast(cast(sums.saving_keur as integer) as varchar)
        || ' duizend euro' as one_reading,
        'totaal in de tabel: ' || cast(cast(totals.total_keur as integer) as varchar)
        || ' duizend euro' as other_reading,
        'De maatregelen staan zoals genoemd; een verschil van 1 wordt als afronding aanvaard, een '
        || 'groter verschil houdt de uitgave tegen.' as choice,
        totals.document
    from sums
    inner join {{ ref('social_domain_plan_total') }} as totals on sums.year = totals.year
    where sums.saving_keur <> totals.total_keur
),

-- how many files were tested, if both stated figures are true of the same files
lawfulness as (
    select
        'kpi' as subject,
        score.kpi_id as item_id,
        score.period,
        replace(score.value, '.', ',') || ' % rechtmatig' as one_reading,
        files.value || ' onrechtmatige dossiers' as other_reading,
        'Beide staan zoals genoemd (kpi_stated_value). Samen horen zij bij '
        || cast(
            cast(cast(files.value as double) / (1 - cast(score.value as double) / 100) as integer)
            as varchar
        )
        || ' getoetste dossiers, en er zouden er minstens 300 per jaar zijn.' as choice,
        score.document
    from {{ ref('kpi_published_value') }} as score
    inner join {{ ref('kpi_published_value') }} as files on score.period = files.period
    where
        score.kpi_id = 'procurement_lawfulness'
        and files.kpi_id = 'unlawful_files'
        and cast(files.value as double) / (1 - cast(score.value as double) / 100) < 300
),

contradictions as (
    select * from targets
    union all
    select * from milestones
    union all
    select * from savings
    union all
    select * from lawfulness
    union all
    select
        subject,
        item_id,
        period,
        one_reading,
        other_reading,
        choice,
        document
    from {{ ref('document_reading') }}
)

select
    subject,
    item_id,
    period,
    one_reading,
    other_reading,
    choice,
    document
from contradictions
order by subject, item_id, period
