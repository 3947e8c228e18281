-- severity: warning
-- description: Er is een vergelijking met de regio's; zo niet, dan zijn er geen Iv3-gegevens
--   geleverd.
-- on_failure: Bekijk de rijen die de query op external_hiring_benchmark noemt en vraag de
--   eigenaar van de bron of ze kloppen.
select 1 as absent
where not exists (select 1 from own)
