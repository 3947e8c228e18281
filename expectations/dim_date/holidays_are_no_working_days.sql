-- severity: critical
-- description: Een vrije dag, een zaterdag en een zondag zijn geen werkdag.
-- on_failure: De query noemt de rijen van dim_date die niet kloppen: herstel het model dim_date
--   of de levering erachter en start opnieuw.
select own.date from own
where own.is_working_day and (own.holiday_nl is not null or isodow(own.date) > 5)
