-- severity: critical
-- description: Aansluiting: elke geleverde maatregel staat erin met haar geraamde besparing.
-- on_failure: De query noemt de rijen van social_domain_measure die niet kloppen: herstel het
--   model social_domain_measure of de levering erachter en start opnieuw.
select delivered.measure_no from warehouse.staging.stg_social_domain__measures as delivered
left join own on own.measure_no = delivered.measure_no and own.year = delivered.year
where
    delivered.measure_no is not null and delivered.year is not null
    and own.saving_keur is distinct from cast(delivered.saving_keur as double)
