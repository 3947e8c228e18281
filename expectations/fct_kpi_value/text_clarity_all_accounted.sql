-- severity: warning
-- kpi: website_text_clarity
-- description: Elke stem telt mee of is weggelaten om een bekende reden: een andere vraag,
--   antwoord weet_niet, of verstuurd na de peildatum.
-- on_failure: Bekijk de genoemde records: laat de bron de waarde herstellen, of leg in de
--   definitie vast wat zij betekent.
select vote_id from warehouse.staging.stg_website_feedback__votes
where
    question = 'teksten_begrijpelijk'
    and sent_on <= (select as_of from warehouse.staging.stg_run__context)
    and (answer is null or answer not in ('ja', 'nee', 'weet_niet'))
