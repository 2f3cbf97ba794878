select {{ function('add_one') }}(id) as id, {{ function('g', 'shorten') }}('abc') as name from {{ ref('base') }}
