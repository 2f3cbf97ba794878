{{ config(alias='m_a') }}
select 'a' as who, '{{ var("g") }}' as g, '{{ var("both") }} {{ var("own") }} {{ var("only_block") }} {{ var("own2") }} {{ shared() }} {{ only_in_a() }}' as both_
