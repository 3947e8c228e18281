{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_kpi_value'}}}) }}
-- A stopped source whose KPIs have no figures at all: there was no release before.
select
    register.kpi_id,
    sources.source,
    sources.note
from {{ ref('stg_run__source') }} as sources
inner join {{ ref('kpi_register') }} as register on sources.source = register.source_system
left join {{ ref('fct_kpi_value') }} as figures on register.kpi_id = figures.kpi_id
where sources.state = 'stopped' and figures.kpi_id is null
