select ranked."id",
  ranked."first",
  ranked."last",
  ranked."email",
  ranked."born",
  ranked."seen_at",
  ranked."phone",
  ranked."city",
  ranked."spent",
  ranked."budget",
  ranked."changed"
from (
    select *, row_number() over (partition by city order by changed desc) as kitbag_row
    from main."people"
) as ranked
where kitbag_row = 1