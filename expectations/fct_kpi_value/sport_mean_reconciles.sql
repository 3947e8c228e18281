-- type: reconciles
-- severity: critical
-- kpi: sport_answered
-- description: Het gemiddelde aantal werkdagen van sportvragen is dat van de vragen waarvan de
--   termijn in het jaar afliep en die een reactie hebben, geteld over de werkdagen van de
--   kalender.
-- equal: sample_size, mean value
-- part: measure mean_working_days
select
    term.due_on as day,
    count(working.date) as value
from warehouse.intermediate.int_case_reaction as term
cross join run
left join warehouse.intermediate.int_calendar as working
    on
        working.is_working_day
        and working.date > term.starts_on
        and working.date <= term.reacted_on
where term.case_type = 'sportvraag' and term.reacted_on <= run.as_of
group by term.case_id, term.due_on
