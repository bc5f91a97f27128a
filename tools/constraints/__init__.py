"""Hard wishes as constraints, and the solver of drafts into whole pixels that hold them."""
