-- severity: critical
-- description: De totalen in het document zijn de som van de maatregelen, op ten hoogste 1
--   (duizend euro) na.
-- source: Afronding in tabel 10 van de strategie sociaal domein 2019-2022: 357 naast 358, 1.779
--   naast 1.780, 2.297 naast 2.298.
-- on_failure: De query noemt de rijen van social_domain_measure die niet kloppen: herstel het
--   model social_domain_measure of de levering erachter en start opnieuw.
with sums as (
    select
        year,
        sum(saving_keur) as saving_keur
    from warehouse.register.social_domain_plan
    group by 1
)

select year from sums full join warehouse.register.social_domain_plan_total as stated using (year)
where sums.year is null or stated.year is null or abs(stated.total_keur - sums.saving_keur) > 1
