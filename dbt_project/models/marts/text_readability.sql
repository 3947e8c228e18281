select
    scores.text_id,
    scores.channel,
    texts.team,
    texts.kind,
    scores.published_on,
    scores.words,
    scores.sentences,
    scores.level,
    scores.score,
    scores.rank_score,
    scores.b1_probability,
    scores.is_b1_or_easier,
    scores.hard_words,
    scores.hard_sentences,
    scores.method_version,
    scores.is_indicative
from {{ ref('stg_text_corpus__scores') }} as scores
left join {{ ref('stg_text_corpus__texts') }} as texts
    on scores.text_id = texts.text_id and not scores.is_pool
where scores.published_on <= {{ as_of() }} and scores.refusal is null
order by scores.text_id
