with records as (
    select
        due_on as event_date,
        department,
        left_out_as as measure,
        case when left_out_as is null then 1 end as denominator,
        case when paid_on <= due_on then 1 else 0 end as numerator,
        case
            when paid_on <= received_on + {{ norm('invoice_early') }} then 1 else 0
        end as paid_within_14_days
    from {{ ref('int_invoice') }}
),

placed as (
    {{ kpi_records('invoices_paid_30d', 'records') }}
),

-- what is left out is counted apart
left_out as (
    {{ kpi_cells(
        'placed',
        {'quantity': 'count(*)', 'sample_size': 'count(*)'},
        breakdowns=['measure']
    ) }}
),

left_out_measures as (
    select *
    from left_out
    where dimension = 'measure'
),

totals as (
    {{ kpi_totals(
        'invoices_paid_30d',
        'records',
        breakdowns=['department'],
        measures=[
            {
                'name': 'within_14_days',
                'numerator': 'paid_within_14_days',
                'denominator': 'denominator',
            }
        ]
    ) }}
),

shares as (
    {{ kpi_percentages('invoices_paid_30d', 'totals') }}
),

counts as (
    {{ kpi_quantities('invoices_paid_30d', 'left_out_measures') }}
)

select * from shares
union all
select * from counts
