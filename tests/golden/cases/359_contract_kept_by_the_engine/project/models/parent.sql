select 1 as id union select {{ var('last') }}
