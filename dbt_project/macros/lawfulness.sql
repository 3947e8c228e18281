{# What the two KPIs about the lawfulness of purchases share: the accountant judges in euros.
   Not here: counting files. #}

{# The euros behind the files, as measures beside a KPI: amount_tested of all tested files and
   amount_unlawful of those that are unlawful; a file that is uncertain is tested and not unlawful.
   A file without an amount counts in neither; a correction (a negative amount) counts as it is.
   `files` has event_date, judgement and amount_eur. The columns of a KPI model. #}
{% macro tested_amounts(kpi_id, files) %}
    select figures.*
    from (
        with valued as (
            select
                event_date,
                amount_eur as amount_tested,
                case judgement when 'onrechtmatig' then amount_eur else 0 end as amount_unlawful
            from {{ files }}
            where amount_eur is not null
        ),

        placed as (
            {{ kpi_records(kpi_id, 'valued') }}
        ),

        cells as (
            {% for measure in ['amount_tested', 'amount_unlawful'] %}
            select
                period_grain,
                period_start,
                'measure' as dimension,
                '{{ measure }}' as dimension_value,
                cast(sum({{ measure }}) as decimal(38, 6)) as quantity,
                count(*) as sample_size
            from placed
            group by all
            {{ 'union all' if not loop.last }}
            {% endfor %}
        )

        {{ kpi_quantities(kpi_id, 'cells') }}
    ) as figures
{% endmacro %}
