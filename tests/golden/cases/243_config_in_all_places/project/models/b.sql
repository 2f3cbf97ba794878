{{ config({'materialized': 'ephemeral', 'tags': ['x','y']}) }}
{% set v = var('vv', 'dflt') %} select '{{ v }}'