"""Run every benchmark, or those named: `python -m cropsmith.evals.lab.benchmarks [NAME...]`."""

import sys
from importlib import import_module

NAMES = [
    "startup",
    "images",
    "sandbox",
    "request",
    "memory",
    "batch",
    "overhead",
    "shapes",
    "scoring",
    "geometry",
    "study",
]

for name in sys.argv[1:] or NAMES:
    print(f"\n# {name}", flush=True)
    import_module(f"cropsmith.evals.lab.benchmarks.{name}").main()
