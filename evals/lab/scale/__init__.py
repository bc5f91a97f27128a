"""Ten million photos a day, on paper and by simulation, from constants that are measured here."""
