-- severity: warning
-- description: De strategie kondigt 25 indicatoren aan en noemt er evenveel; zij noemt 26
--   resultaten, dus een van beide klopt niet.
-- source: Strategie sociaal domein 2019-2022: 25 betekenisvolle (kwantitatieve) indicatoren
--   naast 26 beoogde resultaten.
-- on_failure: Bekijk de rijen die de query op social_domain_indicator noemt en vraag de eigenaar
--   van de bron of ze kloppen.
select count(*) as results from warehouse.register.social_domain_result
having count(*) <> 25
