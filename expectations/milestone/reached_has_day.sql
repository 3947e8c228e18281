-- severity: warning
-- description: Van een mijlpaal die gereed is, is de dag geleverd; zo niet, dan is niet te zien
--   of zij op tijd was.
-- on_failure: Bekijk de rijen die de query op milestone noemt en vraag de eigenaar van de bron
--   of ze kloppen.
select milestone_id from own
where status = 'gereed' and done_on is null
