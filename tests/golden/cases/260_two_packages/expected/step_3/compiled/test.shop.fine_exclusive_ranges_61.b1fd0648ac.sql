
  select * from (
    select from_at as lower_bound, to_at as upper_bound,
        lead(from_at) over ( order by from_at, to_at) as next_lower_bound
    from main."fine"
) as ordered
where lower_bound > upper_bound or (next_lower_bound is not null and not (upper_bound <= next_lower_bound))
