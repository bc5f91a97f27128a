"""Studies: systems on datasets, planned, run, stopped, resumed."""
