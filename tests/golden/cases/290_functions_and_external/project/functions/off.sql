{{ config(enabled=false) }} x * 2
