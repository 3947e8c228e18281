-- shape only: the gate fills it with its verdict
select
    cast(null as varchar) as table_name,
    cast(null as varchar) as rule,
    cast(null as varchar) as severity,
    cast(null as boolean) as passed,
    cast(null as varchar) as observed,
    cast(null as bigint) as failing_rows,
    cast(null as bigint) as checked_rows,
    cast(null as varchar) as run_id,
    cast(null as varchar) as kpi_id,
    cast(null as varchar) as owner
where false
