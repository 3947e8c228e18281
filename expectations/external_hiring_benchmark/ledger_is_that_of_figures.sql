-- severity: critical
-- description: Het aandeel volgens de eigen boekhouding is dat van external_hiring_share over
--   hetzelfde afgesloten jaar, en het verschil is dat aandeel min dat van de jaarrekening.
-- on_failure: De query noemt de rijen van external_hiring_benchmark die niet kloppen: herstel
--   het model external_hiring_benchmark of de levering erachter en start opnieuw.
with figures as (
    select
        year(period_start) as year,
        value
    from fct_kpi_value
    where
        kpi_id = 'external_hiring_share'
        and period_grain = 'year'
        and dimension = 'total'
        and not is_provisional
)

select own.year from own left join figures on own.year = figures.year
where
    own.ledger_share is distinct from figures.value
    or (own.ledger_difference is null) <> (own.ledger_share is null or own.own_share is null)
    or abs(own.ledger_difference - (own.ledger_share - own.own_share)) > 1e-9
