{{ config(tags=['text']) }}substr(x, 1, {{ function('add_one') }}(2))
