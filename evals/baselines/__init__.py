"""What no idea at all gets: the rows that every table must show."""
