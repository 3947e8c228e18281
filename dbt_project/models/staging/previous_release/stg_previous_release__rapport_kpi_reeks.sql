-- noqa: disable=RF05,RF06
{{ config(materialized='ephemeral') }}

select
    "Sleutel" as row_key,
    "Eerste waarde" as first_value,
    "Eerste uitgave" as first_release,
    "Waarde" as value_before,
    "Voorlopig" = 'nee' as was_final,
    "Herzien" = 'ja' as was_revised
from {{ previous_release('rapport_kpi_reeks') }}
where "Eerste waarde" is not null
