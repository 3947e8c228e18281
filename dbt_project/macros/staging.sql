{# What every staging model needs: the record that counts, and clean values.
   Not here: anything that knows a KPI. #}

{# A text without outer white space, its letters composed (NFC): one system writes an e with an
   accent as one character and another as two, and both are the same name. Empty becomes null. #}
{% macro trimmed(column) -%}
    nullif(
        nfc_normalize(trim({{ column }}, chr(32) || chr(9) || chr(10) || chr(13) || chr(160))), ''
    )
{%- endmacro %}

{# A coded value: compared, and shown, in lower case. #}
{% macro code(column) -%}
    lower({{ trimmed(column) }})
{%- endmacro %}

{# The wall clock in the municipality of a moment in time. #}
{% macro local_time(column) -%}
    timezone('Europe/Amsterdam', {{ column }})
{%- endmacro %}

{# A raw table as the run delivers it. Who starts dbt by hand and names no raw layer gets its
   columns and none of its rows; in a unit test it is what the test gives. #}
{% macro raw(source_name, table_name) -%}
    {%- set table = source(source_name, table_name) -%}
    {%- if execute and table.external and not env_var('DATALAB_RAW_CURRENT', '') -%}
        {{ without_delivery(source_name, table_name) }}
    {%- else -%}
        {{ table }}
    {%- endif -%}
{%- endmacro %}

{# What stands for a table of which nothing was delivered: the columns of its yml, without rows, or
   with the one that its meta gives. #}
{% macro without_delivery(source_name, table_name) -%}
    {%- set table = graph.sources[['source', project_name, source_name, table_name] | join('.')] -%}
    {%- set row = table.meta.get('without_delivery', {}) -%}
    (
        select
        {%- for column in table.columns.values() %}
            cast({{ row.get(column.name, 'null') }} as {{ column.data_type }}) as {{ column.name }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        {{ 'where false' if not row }}
    )
{%- endmacro %}

{# When the last file of a source came in, for `dbt source freshness`, which knows no source(). #}
{% macro last_received(source_name) -%}
    select max({{ local_time('received_at') }})
    from
    {%- if env_var('DATALAB_RAW_CURRENT', '') %}
        read_parquet('{{ env_var('DATALAB_RAW_CURRENT') }}/run__delivery/*.parquet')
    {%- else %}
        {{ without_delivery('run', 'delivery') }}
    {%- endif %}
    where source = '{{ source_name }}'
{%- endmacro %}

{# All delivered rows of a raw table, numbered in order of delivery in _delivery_order:
   file, then line. The names of the files are their numbers. #}
{% macro delivered(source_name, table_name) -%}
    select
        *,
        cast(parse_filename(filename, true) as bigint) * 10000000000 + _line as _delivery_order
    from {{ raw(source_name, table_name) }}
{%- endmacro %}

{# Of every record its latest delivered version. `key` lists SQL expressions.
   A group-by and a join, because a window over all rows is what costs most; and the rows are read
   twice rather than named once, because DuckDB would keep a named copy of all of them. #}
{% macro latest_version(source_name, table_name, key) -%}
    select *
    from ({{ delivered(source_name, table_name) }})
    where
        _delivery_order in (
            select max(_delivery_order)
            from ({{ delivered(source_name, table_name) }})
            group by {{ key | join(', ') }}
        )
{%- endmacro %}

{# One row per name, compared without regard to case and outer spaces (column `code`), with the
   spelling that was delivered first, also when that row was replaced later (column `name`). #}
{% macro first_spelling(source_name, table_name, column) -%}
    select
        {{ code(column) }} as code,
        arg_min({{ trimmed(column) }}, _delivery_order) as name
    from ({{ delivered(source_name, table_name) }})
    where {{ trimmed(column) }} is not null
    group by {{ code(column) }}
{%- endmacro %}

{# A table of the release before, and none of its rows where there is no such release. Which it is
   differs per run, so it is looked up when the SQL is made: else dbt would read all models anew. #}
{% macro previous_release(table_name) -%}
    {%- set nothing = source('previous_release', table_name) -%}
    {%- set folder = env_var('DATALAB_PREVIOUS_RELEASE', '') if execute else '' -%}
    {%- if folder -%}
        read_parquet('{{ folder | replace("'", "''") }}/{{ table_name }}.parquet')
    {%- else -%}
        {{ nothing }}
    {%- endif -%}
{%- endmacro %}
