-- severity: critical
-- description: De dagen sluiten op elkaar aan, van 1 januari tot en met 31 december.
-- on_failure: De query noemt de rijen van dim_date die niet kloppen: herstel het model dim_date
--   of de levering erachter en start opnieuw.
select 1 from own
having
    count(*) <> max(own.date) - min(own.date) + 1
    or dayofyear(min(own.date)) <> 1 or strftime(max(own.date), '%m-%d') <> '12-31'
