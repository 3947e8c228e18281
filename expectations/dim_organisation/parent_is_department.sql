-- severity: critical
-- description: Wat boven een team staat is een afdeling uit deze tabel, met haar eigen naam; een
--   afdeling staat zelf nergens onder.
-- on_failure: De query noemt de rijen van dim_organisation die niet kloppen: herstel het model
--   dim_organisation of de levering erachter en start opnieuw.
select own.organisation_key
from own
left join own as parent on own.parent_key = parent.organisation_key
where
    own.parent_nl is distinct from parent.organisation_nl
    or (
        own.parent_key is not null
        and (parent.kind_nl is distinct from 'afdeling' or own.kind_nl <> 'team')
    )
