-- severity: critical
-- description: Elk team op een werklijst staat met dezelfde naam en sleutel in dim_organisation.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
select own.item_id
from own
left join dim_organisation as member on own.organisation_key = member.organisation_key
where member.organisation_nl is distinct from own.team
