-- severity: critical
-- description: De laatste dag is die van de maand, het kwartaal of het jaar dat op de eerste dag
--   begint.
-- on_failure: De query noemt de rijen van fct_kpi_part die niet kloppen: herstel het model
--   fct_kpi_part of de levering erachter en start opnieuw.
select own.kpi_id from own join dim_kpi as kpi using (kpi_id) join dim_date as day using (date_key)
where own.period_end is distinct from cast(last_day(day.date + to_months(case kpi.period_grain
    when 'month' then 0 when 'quarter' then 2 else 11
end)) as date)
