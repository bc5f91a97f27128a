"""CPU time of rival functions, measured in turns."""

import time
from collections.abc import Callable, Mapping


def cpu_ms(rivals: Mapping[str, Callable[[], object]], repeats: int = 15) -> dict[str, float]:
    """Return the least CPU milliseconds of each, all threads of the process counted.

    In turns, so that a busy spell of a shared machine hits all alike; the least, since other
    processes can only add.
    """
    for run in rivals.values():
        run()
    best = dict.fromkeys(rivals, float("inf"))
    for _ in range(repeats):
        for name, run in rivals.items():
            start = time.process_time()
            run()
            best[name] = min(best[name], (time.process_time() - start) * 1e3)
    return best
