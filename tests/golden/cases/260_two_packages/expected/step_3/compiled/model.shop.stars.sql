select
  "id",
  "first",
  "last",
  "born",
  "seen_at",
  "city",
  "spent",
  "budget",
  "changed",
  p."id" as "p_id_x",
  p."first" as "p_first_x",
  p."spent" as "p_spent_x",
  p."budget" as "p_budget_x"
from main."people" as p