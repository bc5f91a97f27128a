"""Run the measurements, or those named: `python -m cropsmith.evals.lab.backends [NAME...]`.

All but prefix need nothing; it wants the address of a vLLM server in CROPSMITH_VLLM_URL.
"""

import sys
from importlib import import_module

NAMES = ["throughput", "cpu", "wave", "prefix"]

for name in sys.argv[1:] or NAMES:
    print(f"\n# {name}", flush=True)
    import_module(f"cropsmith.evals.lab.backends.{name}").main()
