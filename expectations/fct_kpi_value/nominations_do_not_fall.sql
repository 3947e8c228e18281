-- severity: warning
-- kpi: service_award_nominations
-- description: Het aantal nominaties loopt binnen een jaar niet terug; zo wel, dan is een stand
--   fout of gecorrigeerd.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van programme_register en laat ze in de
--   bron herstellen of verklaren.
select later.counted_on from warehouse.staging.stg_programme_register__counters as later
inner join warehouse.staging.stg_programme_register__counters as earlier
    on
        earlier.counter = later.counter and earlier.counted_on < later.counted_on
        and year(earlier.counted_on) = year(later.counted_on)
where later.counter = 'service_award_nominations' and later.reading < earlier.reading
