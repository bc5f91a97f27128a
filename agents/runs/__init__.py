"""One request through the graph: run, events, waiting for a person, the result."""
