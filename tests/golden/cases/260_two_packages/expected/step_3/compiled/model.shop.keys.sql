select id, case 
      when coalesce(cast(first as TEXT), '_null_') || '|' || coalesce(cast(city as TEXT), '_null_') is not null 
      then lower(hex(md5(cast(coalesce(cast(first as TEXT), '_null_') || '|' || coalesce(cast(city as TEXT), '_null_') as TEXT))))
    end as person_key, case 
      when coalesce(cast(spent as TEXT), '_null_') is not null 
      then lower(hex(md5(cast(coalesce(cast(spent as TEXT), '_null_') as TEXT))))
    end as spent_key from main."people"