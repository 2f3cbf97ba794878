{%- macro f(a, b=None, name=a, c=[a, name], d=target.schema ~ a) -%}{{ a }} {{ b }} {{ name }} {{ c }} {{ d }}{%- endmacro -%}
