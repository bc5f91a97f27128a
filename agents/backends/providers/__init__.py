"""One file for each engine that models run on."""
