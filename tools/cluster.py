"""The Ray cluster that work goes to: joined, or started on this machine. Needs cropsmith[ray]."""

import os
from typing import Any

from cropsmith.errors import MissingExtra, UsageError


def joined() -> Any:
    """Join the cluster of RAY_ADDRESS, or start one here; return the module `ray`.

    UsageError where the cluster cannot be joined.
    """
    try:
        import ray
    except ModuleNotFoundError as error:
        raise MissingExtra("--on ray", "ray") from error
    if ray.is_initialized():
        return ray
    address = os.environ.get("RAY_ADDRESS")
    try:
        if address:
            ray.init(log_to_driver=False, configure_logging=False)
        else:
            ray.init("local", include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())[:200].rstrip(".")
        raise UsageError(f"The Ray cluster {address or ''} cannot be joined: {said}.") from error
    return ray


def beside_us(ray: Any) -> Any:
    """Return the scheduling of what must live on this very node."""
    here = ray.get_runtime_context().get_node_id()
    return ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(here, soft=False)
