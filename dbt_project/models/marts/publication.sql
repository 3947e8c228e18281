-- shape only: the gate fills it when it has judged the rest
select
    cast(null as varchar) as release_id,
    cast(null as timestamp) as published_at,
    cast(null as date) as as_of,
    cast(null as varchar) as code_version,
    cast(null as varchar) as contract_version,
    cast(null as varchar) as verdict,
    cast(null as varchar) as previous_release
where false
