-- severity: warning
-- kpi: website_satisfaction
-- description: Geen afgelopen maand heeft minder dan een tiende van het gebruikelijke aantal
--   reacties; zo wel, dan is er waarschijnlijk te weinig geleverd.
-- source: Eigen keuze: een tiende van de mediaan van de maanden die voorbij zijn.
-- on_failure: Vraag de eigenaar van de bron of de levering van de genoemde periode volledig is,
--   lever zo nodig opnieuw en start opnieuw.
with months as (
    select cast(month as date) as month
    from (
        select
            unnest(
                generate_series(
                    date_trunc('month', min(sent_on)), date_trunc('month', max(sent_on)),
                    interval 1 month
                )
            ) as month
        from warehouse.staging.stg_klant_in_focus__responses
        where sent_on <= (select as_of from warehouse.staging.stg_run__context)
    )
),

counts as (
    select
        months.month,
        count(records.sent_on) as records
    from months
    left join
        (
            select sent_on from warehouse.staging.stg_klant_in_focus__responses
            where sent_on <= (select as_of from warehouse.staging.stg_run__context)
        ) as records
        on months.month = date_trunc('month', records.sent_on)
    where last_day(months.month) <= (select as_of from warehouse.staging.stg_run__context)
    group by 1
)

select month from counts
where records < (select median(records) from counts) / 10
