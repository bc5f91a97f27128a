"""Everything that is needed to repeat a run: versions, hashes, settings, machine."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from cropsmith.evals.study.identity import prompts_hash, settings_of
from cropsmith.evals.study.plan import Plan

PACKAGES = (
    "cropsmith", "langgraph", "numpy", "opencv-python-headless", "pillow", "pydantic", "scipy",
    "openai", "google-genai", "torch", "transformers", "vllm", "smartcrop", "pyvips",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Return the versions of the packages that an answer may depend on, where installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def facts_of_run(plan: Plan) -> dict[str, Any]:
    """Return what is kept of a run beside its samples. No path of this machine, no secrets."""
    return {
        "study": plan.study.text,
        "study_sha256": plan.study.sha256,
        "python": sys.version.split()[0],
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": versions(),
        "prompts_sha256": prompts_hash(None),
        "systems": {arm.name: settings_of(arm, plan.study) for arm in plan.study.arms},
        "datasets": [
            {
                "title": part.title,
                "format": part.dataset.format,
                "labels_sha256": part.dataset.fingerprint,
                "photos": len(part.photos),
                "problems": [f"{p.count} x {p.kind}: {p.effect}" for p in part.dataset.problems],
            }
            for part in plan.parts
        ],
    }
