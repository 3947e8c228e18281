-- severity: warning
-- description: Van elk jaar van de vergelijking is het eigen aandeel bekend.
-- on_failure: Bekijk de rijen die de query op external_hiring_benchmark noemt en vraag de
--   eigenaar van de bron of ze kloppen.
select distinct year from own
where own_share is null
