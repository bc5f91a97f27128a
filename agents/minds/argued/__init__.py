"""A model argued with as in CROP: analysis, proposal, decision."""
