-- A whole warehouse, for trying the suites of the published tables; all data are invented.
-- The figures follow from the records by SQL of its own, so that every reconciliation holds until
-- a test breaks it. The as-of date is 2026-03-31.

CREATE SCHEMA staging; CREATE SCHEMA register; CREATE SCHEMA intermediate;
CREATE TABLE staging.stg_run__ratification (kpi_id VARCHAR, ratified_on DATE, ratified_by VARCHAR);
CREATE TABLE staging.stg_run__previous AS
    SELECT '20260301-000000000001' AS release_id, DATE '2026-03-31' AS as_of;
CREATE TABLE staging.stg_run__context AS
    SELECT 'run' AS run_id, DATE '2026-03-31' AS as_of, 'abc' AS code_version, true AS is_sample,
        '20260331-1a2b3c4d5e6f' AS release_id;
CREATE TABLE staging.stg_run__gap (source VARCHAR, table_name VARCHAR, kind VARCHAR,
    first VARCHAR, last VARCHAR, missing BIGINT);
CREATE TABLE staging.stg_run__source AS SELECT unnest(
    ['finance_hr', 'iv3', 'klant_in_focus', 'text_corpus', 'website_feedback']) AS source,
    'current' AS state, NULL :: VARCHAR AS note;
CREATE TABLE staging.stg_run__privacy (source VARCHAR, table_name VARCHAR, column_name VARCHAR,
    file_name VARCHAR, is_key BOOLEAN, suspected BIGINT, checked BIGINT, is_error BOOLEAN,
    kind VARCHAR);
-- ten votes per section and month; in March three about sport, too few to show
CREATE TABLE staging.stg_website_feedback__votes AS
    SELECT 'v' || section || month || n AS vote_id, month + 9 AS sent_on, section AS page_section,
        question, CASE n % 4 WHEN 0 THEN 'nee' WHEN 3 THEN 'weet_niet' ELSE 'ja' END AS answer
    FROM (SELECT unnest(generate_series(DATE '2025-10-01', DATE '2026-03-01', INTERVAL 1 MONTH))
            :: DATE AS month),
        unnest(['wonen', 'afval']) AS s (section), range(12) AS r (n),
        unnest(['teksten_begrijpelijk', 'gevonden']) AS q (question)
    UNION ALL
    SELECT 'sport' || n, DATE '2026-03-05', 'sport', 'teksten_begrijpelijk', 'ja' FROM range(3) AS r (n)
    UNION ALL SELECT 'later', DATE '2026-04-01', 'wonen', 'teksten_begrijpelijk', 'ja';
CREATE TABLE staging.stg_klant_in_focus__responses AS
    SELECT 'r' || month || n AS response_id, month + 4 AS sent_on, 'verhuizing' AS form,
        (1 + n % 5) :: DECIMAL(28, 6) AS score, 5 :: BIGINT AS scale_max
    FROM (SELECT unnest(generate_series(DATE '2025-10-01', DATE '2026-03-01', INTERVAL 1 MONTH))
            :: DATE AS month), range(10) AS r (n);
CREATE TABLE staging.stg_text_corpus__texts AS
    SELECT 't' || n AS text_id, 'brief' AS channel, 'team' AS team, DATE '2026-02-01' AS published_on,
        CASE WHEN n IN (8, 9) THEN 'https://town.example/pagina' END AS canonical_url, n AS delivery_order
    FROM range(10) AS r (n);
CREATE TABLE staging.stg_text_corpus__scores AS
    SELECT text_id, false AS is_pool, channel, published_on,
        CASE WHEN text_id IN ('t6', 't7') THEN 'same' ELSE text_id END AS text_sha256,
        CASE text_id WHEN 't0' THEN NULL WHEN 't1' THEN 'C' ELSE 'B1' END AS level,
        text_id NOT IN ('t0', 't1') AS is_b1_or_easier, NULL :: VARCHAR AS remark,
        CASE WHEN text_id = 't0' THEN 60 ELSE 200 END AS words, NULL :: VARCHAR AS in_pool, NULL :: VARCHAR AS refusal,
        '0001-1a2b3c4d' AS calibration, 50 :: BIGINT AS easy_texts, 45 :: BIGINT AS easy_found,
        50 :: BIGINT AS hard_texts, 40 :: BIGINT AS hard_found
    FROM staging.stg_text_corpus__texts;
UPDATE staging.stg_text_corpus__scores SET is_b1_or_easier = NULL WHERE level IS NULL;
CREATE TABLE staging.stg_finance_hr__staff_costs AS
    SELECT 'e' || month || department || category AS entry_id, month(month) :: BIGINT AS booking_period,
        month AS booked_in_month, 'realisatie' AS report_kind, department, category,
        (CASE category WHEN 'l1.1' THEN 900.10 ELSE 100.05 END) :: DECIMAL(28, 6) AS amount_eur
    FROM (SELECT unnest(generate_series(DATE '2025-01-01', DATE '2026-03-01', INTERVAL 1 MONTH))
            :: DATE AS month),
        unnest(['Wonen', 'Zorg']) AS d (department), unnest(['l1.1', 'l3.5.1', 'l4.1']) AS c (category);
CREATE TABLE staging.stg_iv3__staff_costs_by_municipality AS
    SELECT year :: INTEGER AS year, true AS is_accounts,
        'GM' || lpad((300 + n) :: VARCHAR, 4, '0') AS municipality_code,
        (900 + n) :: DECIMAL(28, 6) AS salaries_keur, (100 + n % 50) :: DECIMAL(28, 6) AS hiring_keur
    FROM range(2023, 2026) AS y (year), range(310) AS r (n);
CREATE TABLE staging.stg_iv3__region_membership AS
    SELECT region, 'GM' || lpad(code :: VARCHAR, 4, '0') AS municipality_code,
        0 AS valid_from, 9999 AS valid_until
    FROM (VALUES ('Regio Zwolle', [303, 304, 306, 307]), ('Flevoland', [303, 305, 308, 309]))
        AS v (region, codes), unnest(codes) AS c (code);
CREATE TABLE register.benchmark_region AS
    SELECT * FROM (VALUES ('Regio Zwolle', false, true), ('Flevoland', false, true),
        ('Nederland', true, false)) AS v (region, is_whole_country, is_judged);
CREATE TABLE register.kpi_register AS
    SELECT *, true AS is_additive_over_time, false AS is_cumulative_count, 'percent' AS unit,
        'Naam ' || kpi_id AS name_nl, 1 AS definition_version, 1 AS minimum_records
    FROM (VALUES
        ('website_text_clarity', 'month', 'website_feedback', 'higher', true, true),
        ('website_satisfaction', 'month', 'klant_in_focus', 'higher', true, true),
        ('b1_share', 'month', 'text_corpus', 'higher', false, false),
        ('external_hiring_share', 'quarter', 'finance_hr', 'benchmark', false, false)
    ) AS v (kpi_id, period_grain, source_system, direction, is_sampled, is_about_people);
CREATE TABLE register.kpi_target AS
    SELECT * FROM (VALUES ('website_text_clarity', '2026', '>', 60, 'target'),
        ('website_satisfaction', '2025', '>=', 85, 'target'),
        ('website_satisfaction', '2026', '>=', 86, 'target'), ('b1_share', '2024-12', '>=', 80, 'target')
    ) AS v (kpi_id, period, comparator, value, kind);

CREATE TABLE main.dim_kpi AS SELECT kpi_id, name_nl, kpi_id AS name_en, 'Een definitie.' AS definition_nl,
    unit, direction, period_grain, source_system, 'doc' AS document, 'Team' AS owner, definition_version,
    'Een zin.' AS short_nl, 'Wat telt.' AS counts_nl, NULL :: VARCHAR AS excludes_nl,
    NULL :: VARCHAR AS caveats_nl, 'goal' AS goal_id, NULL :: DATE AS ratified_on, NULL :: VARCHAR AS ratified_by, 'De maand.' AS period_nl,
    NULL :: VARCHAR AS breakdowns_nl
    FROM register.kpi_register;
CREATE TABLE register.kpi_definition AS SELECT kpi_id, 'Een zin.' AS short_nl FROM register.kpi_register;
CREATE TABLE main.dim_document AS SELECT 'doc' AS document_id, 'Een belofte' AS title, NULL :: DATE AS dated,
    NULL :: VARCHAR AS decided_by, NULL :: VARCHAR AS address, 'Een belofte' AS label_nl;
CREATE TABLE main.dim_goal AS SELECT 'goal' AS goal_id, 'Programma' AS programme, '1' AS goal_number,
    'Een doel.' AS text_nl, 'doc' AS document_id;
CREATE TABLE main.fct_kpi_target AS
    SELECT *, 'doc' AS document, NULL :: VARCHAR AS note, NULL :: INTEGER AS document_page,
        NULL :: DATE AS ratified_on, NULL :: VARCHAR AS ratified_by,
        'year' AS judged_on FROM (VALUES
        ('website_text_clarity', DATE '2026-01-01', NULL :: DATE, '>', 60 :: DOUBLE, 'target'),
        ('website_satisfaction', DATE '2025-01-01', DATE '2025-12-31', '>=', 85, 'target'),
        ('website_satisfaction', DATE '2026-01-01', NULL, '>=', 86, 'target'),
        ('b1_share', DATE '2024-12-01', NULL, '>=', 80, 'target')
    ) AS v (kpi_id, period_start, period_end, comparator, target_value, kind);
CREATE TABLE main.fct_kpi_value AS
WITH records AS (
    SELECT 'website_text_clarity' AS kpi_id, sent_on AS day, 'page_section' AS dimension,
        page_section AS part, (answer = 'ja') :: INTEGER :: DOUBLE AS num, 1 :: DOUBLE AS den
    FROM staging.stg_website_feedback__votes
    WHERE question = 'teksten_begrijpelijk' AND answer <> 'weet_niet'
    UNION ALL
    SELECT 'website_satisfaction', sent_on, 'form', form, (score >= 4) :: INTEGER, 1
    FROM staging.stg_klant_in_focus__responses
    UNION ALL
    SELECT 'b1_share', published_on, 'channel', channel, is_b1_or_easier :: INTEGER, 1
    FROM staging.stg_text_corpus__scores WHERE text_id NOT IN ('t0', 't6', 't8')
    UNION ALL
    SELECT 'external_hiring_share', booked_in_month, 'department', department,
        CASE category WHEN 'l3.5.1' THEN amount_eur ELSE 0 END :: DOUBLE, amount_eur :: DOUBLE
    FROM staging.stg_finance_hr__staff_costs WHERE category <> 'l4.1'
), cells AS (
    SELECT kpi_id, day, 'total' AS dimension, 'total' AS part, num, den FROM records
    UNION ALL SELECT * FROM records
), sums AS (
    SELECT kpi_id, grain AS period_grain, date_trunc(grain, day) :: DATE AS period_start, dimension,
        part AS dimension_value, round(sum(num), 2) AS numerator, round(sum(den), 2) AS denominator,
        count(*) AS sample_size
    FROM cells, unnest(['month', 'quarter', 'year']) AS g (grain)
    WHERE day <= DATE '2026-03-31' AND (kpi_id <> 'external_hiring_share' OR grain <> 'month')
    GROUP BY ALL
), hidden AS (
    SELECT *, kpi_id = 'website_text_clarity' AND dimension_value IN ('sport', 'afval')
        AND (period_start = DATE '2026-03-01' OR (period_start >= DATE '2026-01-01' AND period_grain <> 'month'))
        AS is_suppressed
    FROM sums
), shown AS (
    SELECT kpi_id, period_grain, period_start, dimension, dimension_value,
        CASE WHEN NOT is_suppressed THEN 100 * numerator / denominator END AS value,
        CASE WHEN NOT is_suppressed THEN numerator END AS numerator,
        CASE WHEN NOT is_suppressed THEN denominator END AS denominator,
        CASE WHEN NOT is_suppressed THEN sample_size END AS sample_size, is_suppressed
    FROM hidden
)
SELECT kpi_id, period_grain, period_start, dimension, dimension_value, value, numerator, denominator,
    sample_size,
    CASE WHEN kpi_id LIKE 'website%' THEN value - 5
        WHEN kpi_id = 'b1_share' AND dimension = 'total' THEN 0 END AS ci_low,
    CASE WHEN kpi_id LIKE 'website%' THEN value + 5
        WHEN kpi_id = 'b1_share' AND dimension = 'total' THEN 100 END AS ci_high, is_suppressed,
    period_grain = 'year' AND year(period_start) = 2026 AS is_provisional,
    DATE '2026-03-31' AS as_of, 'current' AS source_state, 1 AS definition_version
FROM shown;
-- of a period that runs only the total is published of figures about people
DELETE FROM main.fct_kpi_value
WHERE kpi_id LIKE 'website%' AND is_provisional AND dimension <> 'total';
-- 90 % of easy and 80 % of hard texts are recognised: (share - 20) / 0.7, at most 100
INSERT INTO main.fct_kpi_value
SELECT kpi_id, period_grain, period_start, 'measure', 'corrected', least(100, (value - 20) / 0.7), NULL,
    denominator, sample_size, 0, 100, false, is_provisional, as_of, source_state, definition_version
FROM main.fct_kpi_value WHERE kpi_id = 'b1_share' AND dimension = 'total';
-- of eight texts one is too short
INSERT INTO main.fct_kpi_value
SELECT kpi_id, period_grain, period_start, 'measure', 'not_judged', 12.5, 1, 8, 8, NULL, NULL, false,
    is_provisional, as_of, source_state, definition_version
FROM main.fct_kpi_value WHERE kpi_id = 'b1_share' AND dimension = 'total';
-- a figure that changed, one that vanished, and one that is hidden now
CREATE TABLE main.kpi_revision AS
    SELECT kpi_id, period_grain, period_start, dimension, dimension_value,
        -- in a month with a hidden part no earlier value is shown
        CASE WHEN kpi_id <> 'website_text_clarity' THEN value - 1 END AS old_value, value AS new_value,
        '20260301-000000000001' AS old_release, '20260331-1a2b3c4d5e6f' AS new_release,
        'delivery' AS cause, NOT is_provisional AS is_revision
    FROM main.fct_kpi_value WHERE period_start = DATE '2026-03-01' AND dimension_value IN ('total', 'sport')
    UNION ALL
    SELECT 'b1_share', 'month', DATE '2020-01-01', 'total', 'total', 50, NULL,
        '20260301-000000000001', '20260331-1a2b3c4d5e6f', 'as_of', true;
CREATE TABLE intermediate.int_kpi_value AS
    SELECT *, kpi_id IN ('website_text_clarity', 'website_satisfaction') AS is_about_people
    FROM main.fct_kpi_value;
CREATE TABLE main.external_hiring_benchmark AS
WITH shares AS (
    SELECT *, salaries_keur + hiring_keur AS costs,
        (100 * hiring_keur) :: DOUBLE / (salaries_keur + hiring_keur) :: DOUBLE AS share
    FROM staging.stg_iv3__staff_costs_by_municipality
), members AS (
    SELECT region, municipality_code FROM staging.stg_iv3__region_membership
    UNION ALL SELECT DISTINCT 'Nederland', municipality_code FROM shares
), regions AS (
    SELECT year, region, count(*) :: INTEGER AS municipalities, avg(share) AS mean,
        (100 * sum(hiring_keur)) :: DOUBLE / sum(costs) :: DOUBLE AS weighted, median(share) AS median
    FROM shares JOIN members USING (municipality_code) GROUP BY ALL
), long AS (
    UNPIVOT regions ON mean, weighted, median INTO NAME method VALUE region_share
), compared AS (
    SELECT long.*, own.share AS own_share, own.share - region_share AS difference
    FROM long JOIN shares AS own ON long.year = own.year AND own.municipality_code = 'GM0303'
)
SELECT year, region, method, municipalities, region_share, region_share AS region_share_without_own,
    own_share, difference,
    CASE WHEN difference < 0 THEN 'below' WHEN difference <= 1 THEN 'in_line' ELSE 'above' END AS status,
    0.0 :: DOUBLE AS region_trend, 0.0 :: DOUBLE AS own_trend,
    municipalities || '-1a2b3c4d' AS membership_version, ledger.value AS ledger_share,
    ledger.value - own_share AS ledger_difference, 0 AS aggregates_left_out
FROM compared LEFT JOIN main.fct_kpi_value AS ledger
    ON ledger.kpi_id = 'external_hiring_share' AND ledger.period_grain = 'year' AND NOT ledger.is_provisional
    AND ledger.dimension = 'total' AND ledger.period_start = make_date(year, 1, 1);
CREATE TABLE main.kpi_status AS
WITH latest AS (
    SELECT figure.* FROM main.fct_kpi_value AS figure
    JOIN main.dim_kpi USING (kpi_id, period_grain)
    WHERE dimension = 'total' AND NOT is_provisional
    QUALIFY row_number() OVER (PARTITION BY kpi_id ORDER BY period_start DESC) = 1
), years AS (
    -- nothing is published of the days after the latest period that is over
    SELECT * FROM main.fct_kpi_value WHERE dimension = 'total' AND period_grain = 'year'
), own AS (
    SELECT DISTINCT own_share FROM main.external_hiring_benchmark WHERE year = 2025
), judged AS (
    SELECT latest.*, hires, previous.value AS previous_year_value, before.value AS previous_value,
        target.comparator, target.target_value, target.period_start AS target_from,
        CASE WHEN hires THEN own_share ELSE so_far.value END AS judged_value,
        CASE WHEN NOT hires THEN so_far.numerator END AS judged_numerator,
        CASE WHEN NOT hires THEN so_far.denominator END AS judged_denominator,
        CASE WHEN NOT hires THEN so_far.sample_size END AS judged_sample_size,
        so_far.ci_low AS judged_ci_low, so_far.ci_high AS judged_ci_high
    FROM (SELECT *, kpi_id = 'external_hiring_share' AS hires FROM latest) AS latest CROSS JOIN own
    LEFT JOIN years AS so_far ON so_far.kpi_id = latest.kpi_id AND year(so_far.period_start) = 2026
    LEFT JOIN years AS previous
        ON previous.kpi_id = latest.kpi_id AND year(previous.period_start) = 2025
    LEFT JOIN main.fct_kpi_value AS before
        ON before.kpi_id = latest.kpi_id AND before.period_grain = latest.period_grain
       AND before.dimension = 'total'
       AND before.period_start = (latest.period_start - INTERVAL 1 YEAR) :: DATE
    LEFT JOIN main.fct_kpi_target AS target
        ON target.kpi_id = latest.kpi_id AND target.period_end IS NULL
)
SELECT kpi_id, period_start, period_grain, value, comparator, target_value,
    judged_value - target_value AS gap,
    CASE WHEN hires THEN 'on_target'
        WHEN judged_ci_low < target_value AND target_value < judged_ci_high THEN 'uncertain'
        WHEN judged_value > target_value THEN 'on_target' ELSE 'off_target' END AS status,
    previous_value, CASE WHEN previous_value IS NULL THEN 'unknown' ELSE 'stable' END AS trend,
    false AS is_provisional, 'year' AS judged_grain,
    CASE WHEN hires THEN DATE '2025-01-01' ELSE DATE '2026-01-01' END AS judged_period_start,
    CASE WHEN hires THEN DATE '2025-12-31' ELSE last_day(period_start) END AS judged_until,
    judged_value, judged_numerator, judged_denominator, judged_sample_size, judged_ci_low,
    judged_ci_high, target_from, 'doc' AS target_document, previous_year_value,
    CASE WHEN previous_year_value IS NULL THEN 'no_data' ELSE 'off_target' END
        AS previous_year_status, false AS is_outdated, false AS is_ratified
FROM judged;
CREATE TABLE main.text_readability AS
    SELECT text_id, channel, 'team' AS team, 'bulkbrief' AS kind, published_on, 200 AS words,
        20 AS sentences, level, 1.5 :: DOUBLE AS score, 2.5 :: DOUBLE AS rank_score,
        0.9 :: DOUBLE AS b1_probability, is_b1_or_easier, '["woord"]' AS hard_words,
        '[1]' AS hard_sentences, 'first-1' AS method_version,
        CASE WHEN level IS NOT NULL THEN false END AS is_indicative
    FROM staging.stg_text_corpus__scores;
CREATE TABLE main.source_delivery AS
    SELECT source, table_name, table_name || '.csv' AS file_name, sha256(table_name) AS sha256,
        'csv' AS format, 'utf-8' AS encoding, ';' AS separator, 'read' AS state, 'Gelezen.' AS note,
        TIMESTAMP '2026-03-30 08:00:00' AS received_at, 5000 :: BIGINT AS rows_delivered,
        4990 :: BIGINT AS rows_accepted, 10 :: BIGINT AS rows_quarantined,
        'null_text=20' AS cleaned, true AS is_fresh
    FROM (VALUES ('website_feedback', 'votes'), ('klant_in_focus', 'responses'),
        ('text_corpus', 'texts'), ('finance_hr', 'staff_costs'),
        ('iv3', 'staff_costs_by_municipality'), ('iv3', 'region_membership')) AS v (source, table_name);
CREATE TABLE staging.stg_run__delivery AS FROM main.source_delivery;
UPDATE main.source_delivery SET rows_delivered = NULL, rows_accepted = NULL, rows_quarantined = NULL,
    cleaned = NULL, note = regexp_replace(note, '[0-9]+', '…', 'g')
WHERE source IN ('website_feedback', 'klant_in_focus');
CREATE TABLE staging.stg_run__table AS SELECT source, table_name, 10 :: BIGINT AS records FROM main.source_delivery;
CREATE TABLE intermediate.int_staged_table AS FROM staging.stg_run__table;
