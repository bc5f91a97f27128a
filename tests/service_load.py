"""Load on a service: starts one on loopback, sends it a small photo, prints one JSON.

python tests/service_load.py clients CLIENTS SECONDS [WORKERS]
    so many clients, each asking again as soon as it is answered, or after Retry-After
python tests/service_load.py steady CROPS [WORKERS]
    requests that come by chance at 80 % of what the service can do, and memory as they go by

Beside it, in the same run, what the same crops cost in one process by themselves, the batch's
price. Linux: reads /proc.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from cropsmith import acrop
from tests.cropsmith.service.served import Served, serving, until
from tests.photos import write_photos

TICKS = os.sysconf("SC_CLK_TCK")
BATCH = 20


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += tree(int(child))
    return found


def cpu(pids: list[int]) -> float:
    """Return the seconds that processes have computed, with their ended children's."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15]))
    return total / TICKS


def memory(pids: list[int]) -> float:
    """Return the MiB that processes have in memory, what they share counted once for each."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def ask(own: httpx.AsyncClient, photo: bytes, name: str) -> httpx.Response:
    """Ask for one crop; the caption makes each another."""
    order = {"ratio": ["4:5"], "caption": name}
    return await own.post("/v1/crops", files={"photo": photo}, data={"order": json.dumps(order)})


async def load(served: Served, photo: bytes, clients: int, seconds: float) -> dict[str, object]:
    """Send photos from so many clients for so long."""
    statuses: Counter[int] = Counter()
    times: list[float] = []
    end = time.monotonic() + seconds

    async def client(number: int) -> None:
        async with httpx.AsyncClient(base_url=served.url, timeout=300) as own:
            turn = 0
            while time.monotonic() < end:
                turn += 1
                began = time.monotonic()
                answer = await ask(own, photo, f"{number} {turn}")
                statuses[answer.status_code] += 1
                if answer.status_code == 200:
                    times.append(time.monotonic() - began)
                elif answer.status_code == 429:
                    await asyncio.sleep(float(answer.headers["retry-after"]))

    pids = tree(served.process.pid)
    before = cpu(pids), memory(pids)
    began = time.monotonic()
    await asyncio.gather(*(client(number) for number in range(clients)))
    took = time.monotonic() - began
    pids = tree(served.process.pid)
    return {
        "clients": clients,
        "seconds": round(took, 1),
        "statuses": dict(statuses),
        "crops_per_second": round(len(times) / took, 2),
        **of_times(times),
        "cpu_per_crop": round((cpu(pids) - before[0]) / len(times), 3),
        "mib": [round(before[1]), round(memory(pids))],
    }


async def steady(served: Served, photo: bytes, crops: int, rate: float) -> dict[str, object]:
    """Send so many photos, so many a second on average and each when chance has it."""
    chance = random.Random(1)
    statuses: Counter[int] = Counter()
    times: list[float] = []
    before = cpu(tree(served.process.pid))
    mib = [round(memory(tree(served.process.pid)))]
    async with httpx.AsyncClient(base_url=served.url, timeout=300) as own:

        async def one(number: int) -> None:
            began = time.monotonic()
            answer = await ask(own, photo, f"steady {number}")
            statuses[answer.status_code] += 1
            times.append(time.monotonic() - began)
            if number and number % max(1, crops // 10) == 0:
                mib.append(round(memory(tree(served.process.pid))))

        async with asyncio.TaskGroup() as group:
            for number in range(crops):
                group.create_task(one(number))
                await asyncio.sleep(chance.expovariate(rate))
    spent = cpu(tree(served.process.pid)) - before
    return {
        "crops": crops,
        "rate": round(rate, 2),
        "statuses": dict(statuses),
        **of_times(times),
        "cpu_per_crop": round(spent / crops, 3),
        "mib": mib,
    }


def of_times(times: list[float]) -> dict[str, float]:
    """Return the median and the 99th percentile."""
    ordered = sorted(times)
    return {"p50": round(ordered[len(ordered) // 2], 3),
            "p99": round(ordered[len(ordered) * 99 // 100], 3)}  # fmt: skip


async def alone(photo: bytes) -> float:
    """Return the CPU seconds of one such crop among many in one process, decoding included."""

    async def one(number: int) -> None:
        words = f"alone {number}"  # new ones, which are read anew
        made = await acrop(
            photo, "", ratio="4:5", caption=words, trace=False, index="off", taste=False
        )
        made.render()

    for number in range(3):
        await one(number)
    before = cpu(tree(os.getpid()))
    for number in range(BATCH):
        await one(3 + number)
    return (cpu(tree(os.getpid())) - before) / BATCH


def main() -> None:
    """Measure, and print."""
    kind, *numbers = sys.argv[1:]
    first, *more = map(int, numbers)
    workers = (more[1:] if kind == "clients" else more) or [2]
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ |= {"CROPSMITH_HOME": name, "OMP_NUM_THREADS": "1"}
        write_photos(home)
        photo = (home / "astronaut.jpg").read_bytes()
        options = ("--workers", str(workers[0]), "--wait", "250", "--max-queue", "64")
        with serving(home, *options) as served:
            until(lambda: len(served.workers()) == workers[0])
            warm = asyncio.run(load(served, photo, workers[0], 5))
            if kind == "clients":
                told = asyncio.run(load(served, photo, first, more[0]))
            else:
                most = float(str(warm["crops_per_second"]))
                told = asyncio.run(steady(served, photo, first, 0.8 * most))
        told["cpu_per_crop_alone"] = round(asyncio.run(alone(photo)), 3)
        told["load_average"] = os.getloadavg()[0]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
