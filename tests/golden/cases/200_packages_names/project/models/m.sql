{{ config(alias='m_root') }}
select 'root' as who, '{{ var("g") }}' as g, '{{ var("both") }}' as both_
