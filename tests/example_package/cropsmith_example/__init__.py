"""Adds one of each to cropsmith: a provider, family, scorer, source, mind, dataset and metric."""
