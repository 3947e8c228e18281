-- severity: warning
-- kpi: callbacks_late
-- description: De status van een terugbelverzoek past bij zijn momenten; zo niet, dan gelden de
--   momenten.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van customer_contact en laat ze in de
--   bron herstellen of verklaren.
select callback_id from warehouse.staging.stg_customer_contact__callbacks
where (status = 'afgehandeld') <> (handled_on is not null)
