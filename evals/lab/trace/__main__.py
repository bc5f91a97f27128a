"""Run the benchmarks of traces: `python -m cropsmith.evals.lab.trace [PHOTO]`."""

from cropsmith.evals.lab.trace import listing, overhead

for title, measure in (("overhead", overhead.main), ("listing", listing.main)):
    print(f"\n# {title}", flush=True)
    measure()
