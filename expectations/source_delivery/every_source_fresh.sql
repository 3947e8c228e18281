-- severity: warning
-- description: Elke bron leverde op tijd volgens haar afgesproken ritme.
-- on_failure: Bekijk de rijen die de query op source_delivery noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select source from own
where is_fresh is not null
group by source
having not bool_or(is_fresh)
