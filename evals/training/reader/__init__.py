"""How the trained part of the reader of requests is made from labelled requests."""
