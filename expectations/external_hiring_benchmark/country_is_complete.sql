-- severity: warning
-- description: Het cijfer van Nederland berust op ten minste 300 gemeenten; anders is de
--   levering waarschijnlijk niet compleet.
-- source: Eigen keuze: Nederland telt in deze jaren ruim 340 gemeenten.
-- on_failure: Bekijk de rijen die de query op external_hiring_benchmark noemt en vraag de
--   eigenaar van de bron of ze kloppen.
select year from own
where region = 'Nederland' and municipalities < 300
