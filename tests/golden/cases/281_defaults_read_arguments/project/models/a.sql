select '{{ f(1) }} | {{ f(1, 2) }} | {{ f(1, name='n', c=4) }} | {{ f(1, c=none) }}' as a
