-- severity: critical
-- description: Elke andere lezing van een doel en van een mijlpaal staat erin, en elk totaal dat
--   geen som is.
-- on_failure: De query noemt de rijen van document_contradiction die niet kloppen: herstel het
--   model document_contradiction of de levering erachter en start opnieuw.
with known as (
    select
        'kpi' as subject,
        kpi_id as item_id,
        year(period_start)::varchar as period
    from fct_kpi_target
    where kind = 'stated_otherwise'
    union all
    select
        'mijlpaal' as subject,
        milestone_id as item_id,
        due as period
    from warehouse.register.milestone_register
    where due_stated_otherwise is not null
    union all
    select
        'sociaal_domein' as subject,
        'besparing' as item_id,
        year::varchar as period
    from warehouse.register.social_domain_plan_total as total
    where
        total_keur <> (
            select sum(saving_keur) from warehouse.register.social_domain_plan as plan
            where plan.year = total.year
        )
)

select known.* from known left join own using (subject, item_id, period)
where own.item_id is null
