-- severity: warning
-- description: De geraamde besparing is die van het document; zo niet, dan is de raming
--   sindsdien bijgesteld.
-- on_failure: Bekijk de rijen die de query op social_domain_measure noemt en vraag de eigenaar
--   van de bron of ze kloppen.
select
    own.measure_no,
    own.year
from own
left join warehouse.register.social_domain_plan as plan
    on own.measure_no = plan.measure_no and own.year = plan.year
where own.saving_keur is distinct from plan.saving_keur
