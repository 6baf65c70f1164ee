"""How strongly something acts on a row, as one number: effects, seasons, trends, outliers, segments, ages."""
