substr(cast(x as text), 1, 3)
