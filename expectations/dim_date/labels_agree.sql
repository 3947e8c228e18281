-- severity: critical
-- description: De sleutel en de namen zijn die van de dag.
-- on_failure: De query noemt de rijen van dim_date die niet kloppen: herstel het model dim_date
--   of de levering erachter en start opnieuw.
select own.date from own
where
    own.date_key <> 10000 * year(own.date) + 100 * month(own.date) + day(own.date)
    or own.year <> year(own.date) or own.month <> month(own.date)
    or own.quarter_nl <> year(own.date) || ' K' || quarter(own.date)
    or own.iso_week_nl <> strftime(own.date, '%G W%V')
