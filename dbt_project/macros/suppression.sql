{# Which cells of a table of figures must be hidden so that no hidden one can be computed.
   Not here: which KPIs are about people (the register) and what hiding means (fct_kpi_value). #}

{# One row per hidden cell. `cells` has cell and is_small; `equations` has equation, cell and
   hide_order (what to hide first). An equation in which exactly one cell is hidden gives that cell
   away, so its first visible cell is hidden too; that may unbalance another equation, hence the
   rounds: 1,500 invented tables needed at most 14. A test says when they were too few. #}
{% macro hidden_cells(cells, equations, rounds=40) %}
    with hidden_0 as materialized (
        select cell, true as is_small
        from {{ cells }}
        where is_small
    ),

    {% for round in range(1, rounds + 1) %}
    hidden_{{ round }} as materialized (
        select cell, is_small
        from hidden_{{ round - 1 }}
        union all
        select distinct next_cell as cell, false as is_small  -- two equations may choose one cell
        from (
            select
                arg_min(equations.cell, equations.hide_order)
                    filter (where hidden.cell is null) as next_cell
            from {{ equations }} as equations
            left join hidden_{{ round - 1 }} as hidden on equations.cell = hidden.cell
            group by equations.equation
            having count(hidden.cell) = 1
        )
        where next_cell is not null
    ){{ ',' if not loop.last }}
    {% endfor %}

    select cell, is_small
    from hidden_{{ rounds }}
    order by cell
{% endmacro %}
