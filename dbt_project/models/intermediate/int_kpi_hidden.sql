{{ hidden_cells(ref('int_kpi_value'), ref('int_kpi_equation')) }}
