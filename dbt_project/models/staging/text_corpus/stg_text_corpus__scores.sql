select
    text_id,
    is_pool,
    {{ code('channel') }} as channel,
    published_on,
    document,
    text_sha256,
    in_pool,
    cast(words as integer) as words,
    cast(sentences as integer) as sentences,
    level,
    score,
    rank_score,
    b1_probability,
    is_b1_or_easier,
    hard_words,
    hard_sentences,
    method_version
from {{ source('text_corpus', 'scores') }}
