{# Months that are over with less than a tenth of the usual number of records (the median of the
   twelve months before, at least three of them): probably an incomplete delivery. #}
{% test usual_months(model, date_column) %}
    with months as (
        select
            cast(date_trunc('month', {{ date_column }}) as date) as month_start,
            count(*) as records
        from {{ model }}
        where {{ date_column }} <= {{ as_of() }}
        group by 1
    )

    select
        months.month_start,
        months.records,
        median(earlier.records) as usual_records
    from months
    inner join months as earlier
        on
            earlier.month_start < months.month_start
            and earlier.month_start >= months.month_start - interval 12 month
    where {{ period_end("'month'", 'months.month_start') }} <= {{ as_of() }}
    group by months.month_start, months.records
    having count(*) >= 3 and months.records < median(earlier.records) / 10
{% endtest %}
