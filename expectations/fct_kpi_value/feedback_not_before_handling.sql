-- severity: warning
-- kpi: public_space_feedback_lag
-- description: De melder krijgt bericht nadat het werk klaar is; een eerder bericht telt als 0
--   werkdagen, een bericht zonder afhandeling telt niet mee.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van fixi en laat ze in de bron
--   herstellen of verklaren.
select report_id from warehouse.staging.stg_fixi__reports
where
    main_report_id is null and told_at is not null and (handled_at is null or told_at < handled_at)
