-- severity: critical
-- description: Moeilijke woorden en zinnen zijn lijsten in JSON.
-- on_failure: De query noemt de rijen van text_readability die niet kloppen: herstel het model
--   text_readability of de levering erachter en start opnieuw.
select text_id from own
where
    case
        when json_valid(hard_words) then json_type(hard_words) <> 'ARRAY' else
            hard_words is not null
    end
    or case
        when json_valid(hard_sentences) then json_type(hard_sentences) <> 'ARRAY' else
            hard_sentences is not null
    end
