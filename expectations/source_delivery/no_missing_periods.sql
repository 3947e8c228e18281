-- severity: warning
-- description: Van elke tabel zijn er records in elke maand (of elk kwartaal of jaar, naar het
--   ritme van de bron) vanaf de eerste tot de laatste die er had moeten zijn; de toelichting bij
--   het laatste bestand noemt wat ontbreekt.
-- on_failure: Bekijk de rijen die de query op source_delivery noemt en vraag de eigenaar van de
--   bron of ze kloppen.
select
    source,
    table_name,
    first,
    last,
    missing
from warehouse.staging.stg_run__gap
where kind = 'period'
