{% macro ref(model_name) %}{{ return(builtins.ref(model_name, *varargs, **kwargs)) }}{% endmacro %}
