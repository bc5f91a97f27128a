"""The values that everything else speaks of: boxes, requests, evidence, candidates, results."""
