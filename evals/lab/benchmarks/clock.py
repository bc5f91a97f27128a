"""CPU time of rival functions, measured in turns."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from cropsmith.tools.sandbox import pool


def spent_ms() -> float:
    """Return the CPU milliseconds that this process has spent, and its idle workers."""
    return time.process_time() * 1e3 + sum(_spent_by(pid) for pid in pool.pids())


def _spent_by(pid: int) -> float:
    """Return the CPU milliseconds of a process, to the microsecond (proc_pid_schedstat)."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


def cpu_ms(rivals: Mapping[str, Callable[[], object]], repeats: int = 15) -> dict[str, float]:
    """Return the least CPU milliseconds of each, all threads counted, and the workers.

    In turns, so that a busy spell of a shared machine hits all alike; the least, since other
    processes can only add.
    """
    for run in rivals.values():
        run()
    best = dict.fromkeys(rivals, float("inf"))
    for _ in range(repeats):
        for name, run in rivals.items():
            start = spent_ms()
            run()
            best[name] = min(best[name], spent_ms() - start)
    return best
