-- A test is a query for what is wrong; it passes when nothing comes back.
with totals as (

    select
        (select sum(revenue) from {{ ref('customers') }}) as by_customer,
        (select sum(revenue) from {{ ref('daily_revenue') }}) as by_day

)

select * from totals
where abs(by_customer - by_day) > 0.005
