{{ config(alias='m_b') }}
select 'b' as who, '{{ var("g", "nothing") }}' as g, '{{ var("other") }}' as both_ from {{ ref('m_c') }}
