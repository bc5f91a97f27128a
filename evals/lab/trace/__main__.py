"""Run the benchmarks of traces: `python -m cropsmith.evals.lab.trace [PHOTO]`."""

from cropsmith.evals.lab.trace import call, listing, overhead

PARTS = {"overhead": overhead.main, "a call": call.main, "listing": listing.main}

for title, measure in PARTS.items():
    print(f"\n# {title}", flush=True)
    measure()
