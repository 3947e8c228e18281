-- severity: critical
-- description: Een tekst van minder dan 100 woorden heeft geen niveau; een pagina over
--   vergunningen krijgt er een vanaf 50 woorden, als aanwijzing (is_indicative).
-- on_failure: De query noemt de rijen van text_readability die niet kloppen: herstel het model
--   text_readability of de levering erachter en start opnieuw.
select text_id
from own
where
    level is not null
    and (
        words < 50
        or is_indicative is distinct from (words < 100)
        or (is_indicative and kind is distinct from 'vergunningpagina')
    )
