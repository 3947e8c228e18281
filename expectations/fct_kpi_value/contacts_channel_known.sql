-- severity: warning
-- kpi: kcc_contact_share
-- description: Het kanaal van een contact is telefoon, social_media, chat, contactformulier,
--   balie of email; een ander kanaal telt mee en staat apart in de uitsplitsing.
-- on_failure: Leg de genoemde rijen voor aan de eigenaar van customer_contact en laat ze in de
--   bron herstellen of verklaren.
select contact_id from warehouse.staging.stg_customer_contact__contacts
where channel not in ('telefoon', 'social_media', 'chat', 'contactformulier', 'balie', 'email')
