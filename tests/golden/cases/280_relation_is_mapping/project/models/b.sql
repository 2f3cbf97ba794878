-- {{ ref('a') is mapping }} {{ 'a' is mapping }} {{ {} is mapping }} {{ this is mapping }} {{ this is string }}
-- {{ ref('a').get('metadata', {}).get('type', '').endswith('Relation') }} {{ ref('a').get('identifier') }} {{ ref('a').get('nope', 'other') }}
-- {{ 'relation' if ref('a') }} {{ ref('a').metadata is defined }}
select * from {{ ref('a') }}
