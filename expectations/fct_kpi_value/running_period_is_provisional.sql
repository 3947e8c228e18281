-- severity: critical
-- description: Een periode die op de peildatum niet voorbij is, is voorlopig.
-- on_failure: De query noemt de rijen van fct_kpi_value die niet kloppen: herstel het model
--   fct_kpi_value of de levering erachter en start opnieuw.
select kpi_id from own
where
    not is_provisional
    and cast(period_start + case period_grain
        when 'month' then interval 1 month when 'quarter' then interval 3 month else interval 1 year
    end - interval 1 day as date) > as_of
