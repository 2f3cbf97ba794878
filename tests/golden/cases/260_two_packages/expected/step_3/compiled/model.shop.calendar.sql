select
    day,
    cast(strftime('%Y%m%d', day) as integer) as date_key,
    cast(strftime('%Y', day) as integer) as year,
    ((cast(strftime('%m', day) as integer) + 2) / 3) as quarter,
    cast(strftime('%m', day) as integer) as month,
    (case when cast(strftime('%m', day) as integer) = 1 then 'January' when cast(strftime('%m', day) as integer) = 2 then 'February' when cast(strftime('%m', day) as integer) = 3 then 'March' when cast(strftime('%m', day) as integer) = 4 then 'April' when cast(strftime('%m', day) as integer) = 5 then 'May' when cast(strftime('%m', day) as integer) = 6 then 'June' when cast(strftime('%m', day) as integer) = 7 then 'July' when cast(strftime('%m', day) as integer) = 8 then 'August' when cast(strftime('%m', day) as integer) = 9 then 'September' when cast(strftime('%m', day) as integer) = 10 then 'October' when cast(strftime('%m', day) as integer) = 11 then 'November' when cast(strftime('%m', day) as integer) = 12 then 'December' else null end) as month_name,
    (case when ((cast(strftime('%w', day) as integer) + 6) % 7 + 1) = 1 then 'Monday' when ((cast(strftime('%w', day) as integer) + 6) % 7 + 1) = 2 then 'Tuesday' when ((cast(strftime('%w', day) as integer) + 6) % 7 + 1) = 3 then 'Wednesday' when ((cast(strftime('%w', day) as integer) + 6) % 7 + 1) = 4 then 'Thursday' when ((cast(strftime('%w', day) as integer) + 6) % 7 + 1) = 5 then 'Friday' when ((cast(strftime('%w', day) as integer) + 6) % 7 + 1) = 6 then 'Saturday' when ((cast(strftime('%w', day) as integer) + 6) % 7 + 1) = 7 then 'Sunday' else null end) as weekday_name,
    date(day, 'weekday 0', '-6 days') as week_start,
    date(day, 'start of month', '+1 month', '-1 day') as month_end,
    (((cast(strftime('%w', day) as integer) + 6) % 7 + 1) > 5) as is_weekend
from (
    with recursive days as (
    select date('2024-02-27') as day
    union all
    select date(day, (1) || ' days') from days where day < date('2024-03-03')
)
select day from days
) as days