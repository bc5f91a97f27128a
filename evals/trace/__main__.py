"""Run the benchmarks of traces: `python -m cropsmith.evals.trace [PHOTO]`."""

from cropsmith.evals.trace import listing, overhead

for title, measure in (("overhead", overhead.main), ("listing", listing.main)):
    print(f"\n# {title}", flush=True)
    measure()
