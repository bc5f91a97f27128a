"""Speed and memory, beside peers in the same run: `python -m cropsmith.evals.lab.benchmarks`.

Machines differ and are shared, so every figure is process CPU time or a ratio to a peer, the best
of several repeats taken in turns.
"""
