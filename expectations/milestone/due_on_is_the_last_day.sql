-- severity: critical
-- description: De laatste dag hoort bij het genoemde jaar, kwartaal, de maand of de dag: de dag
--   erna hoort er niet meer bij.
-- on_failure: De query noemt de rijen van milestone die niet kloppen: herstel het model
--   milestone of de levering erachter en start opnieuw.
select milestone_id from own
where case length(due)
    when 4 then strftime(due_on, '%Y') <> due or strftime(due_on + 1, '%Y') = due
    when 7
        then
            case
                when due like '%Q%'
                    then
                        year(due_on) || '-Q' || quarter(due_on) <> due
                        or year(due_on + 1) || '-Q' || quarter(due_on + 1) = due
                else strftime(due_on, '%Y-%m') <> due or strftime(due_on + 1, '%Y-%m') = due
            end
    else strftime(due_on, '%Y-%m-%d') <> due
end
or due_on is null
