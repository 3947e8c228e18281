-- severity: critical
-- description: Op de lijst staan alleen teksten waarvan het geschatte niveau moeilijker is dan
--   B1.
-- on_failure: De query noemt de rijen van work_list die niet kloppen: herstel het model
--   work_list of de levering erachter en start opnieuw.
select own.item_id from own left join text_readability as text on own.item_id = text.text_id
where own.list = 'texts_too_hard' and text.is_b1_or_easier is distinct from false
