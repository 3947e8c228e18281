{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_website_feedback__votes'}}}) }}
-- A month that is over with less than a tenth of the usual number of votes (the median of the
-- twelve months before it): probably a delivery that is incomplete.
with months as (
    select
        cast(date_trunc('month', sent_on) as date) as month_start,
        count(*) as votes
    from {{ ref('stg_website_feedback__votes') }}
    where sent_on <= {{ as_of() }}
    group by 1
)

select
    months.month_start,
    months.votes,
    median(before.votes) as usual_votes
from months
inner join months as before
    on
        before.month_start < months.month_start
        and before.month_start >= months.month_start - interval 12 month
where {{ period_end("'month'", 'months.month_start') }} <= {{ as_of() }}
group by months.month_start, months.votes
having months.votes < median(before.votes) / 10
