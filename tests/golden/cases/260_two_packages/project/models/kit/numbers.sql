{{ kitbag.numbers(9) }}
