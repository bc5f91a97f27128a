"""Prints the plan for a day, or checks its constants.

python -m cropsmith.evals.lab.scale          cost, machines and queues by mind
python -m cropsmith.evals.lab.scale check    the measured constants on this machine
"""

import math
import sys
from typing import Any

from cropsmith.evals.lab.scale.check import check
from cropsmith.evals.lab.scale.constants import DAY, constants, cost, plans
from cropsmith.evals.lab.scale.queue import arrivals, day, machine


def main() -> None:
    """Print what was asked for."""
    numbers = constants()
    if sys.argv[1:] == ["check"]:
        check(numbers)
    elif sys.argv[1:]:
        raise SystemExit(__doc__)
    else:
        _of_minds(numbers)
        _of_days(numbers)
        _of_machines(numbers)
        _of_traces(numbers)


def _of_minds(numbers: dict[str, Any]) -> None:
    load, cpu, gpu = numbers["load"], numbers["cpu"], numbers["gpu"]
    peak = load["photos_per_day"] / DAY * load["peak"]
    print(f"mean {peak / load['peak']:.0f} photos a second, busiest {peak:.0f}")
    print(f"{'mind':36} {'$ / 1,000':>10} {'$ a day':>10} {'machines':>9} {'GPUs':>6}")
    for plan in plans(numbers):
        machines = math.ceil(peak * plan.cpu / cpu["use"] / cpu["cores"])
        gpus = math.ceil(peak * plan.gpu / gpu["use"])
        dollars = cost(plan, numbers)
        daily = dollars * load["photos_per_day"] / 1000
        print(f"{plan.mind:36} {dollars:10.4g} {daily:10,.0f} {machines:9} {gpus:6}")


def _of_days(numbers: dict[str, Any]) -> None:
    load = numbers["load"]
    photos = arrivals(load["photos_per_day"], load["peak"])
    mean = load["photos_per_day"] / DAY
    print("\na stage that can do         longest queue   longest wait   busy")
    for share in (0.95, 1.0, 1.1, 1.25, 1.5, 2.0):
        found = day(photos, mean * share)
        wait = "without end" if share < 1 else f"{found.wait:8.0f} min"
        print(f"{share:4.2f} x the mean {found.longest:24,.0f} {wait:>14} {found.busy:6.0%}")


def _of_machines(numbers: dict[str, Any]) -> None:
    cpu = numbers["cpu"]
    print("\nat one machine            50 %      99 %")
    for cores in (2, cpu["cores"]):
        for use in (0.5, 0.8, 0.9, 0.95):
            found = machine(cores, use, cpu["service"], cpu["spread"])
            ratio = found.p99 / found.p50
            print(f"{cores:3} cores, {use:3.0%} busy {found.p50:8.2f} s {found.p99:8.2f} s"
                  f"   {ratio:4.1f} x")  # fmt: skip


def _of_traces(numbers: dict[str, Any]) -> None:
    load, trace = numbers["load"], numbers["trace"]
    print("\ntraces           a day      kept     $ a month")
    for name, size in (
        ("built in", trace["builtin"] + trace["preview"]),
        ("model", trace["model"]),
    ):
        daily = size * load["photos_per_day"] / 1e9
        kept = daily * trace["kept_days"]
        print(f"{name:8} {daily:10,.0f} GB {kept / 1e3:8,.1f} TB {kept * trace['price']:10,.0f}")
    for name, size in (("photos in", load["bytes_in"]), ("crops out", load["bytes_out"])):
        flow = size * load["photos_per_day"] / DAY * load["peak"] / 1e6
        print(f"{name}: {flow:,.0f} MB a second in the busiest hour")


if __name__ == "__main__":
    main()
