-- severity: critical
-- description: Elke herziening vergelijkt deze release met de vorige.
-- on_failure: De query noemt de rijen van publication die niet kloppen: herstel het model
--   publication of de levering erachter en start opnieuw.
select own.release_id from own inner join kpi_revision as revision
    on
        revision.new_release <> own.release_id
        or revision.old_release is distinct from own.previous_release
