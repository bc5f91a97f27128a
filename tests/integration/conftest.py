"""Tiny VLMs, vLLM servers of them, and a browser."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from cropsmith.agents.backends.providers.hosting import Hosting, Server, start
from cropsmith.evals.study.serving import free_port
from tests.integration.browsing import browser as browser
from tests.integration.browsing import open_page as open_page
from tests.integration.browsing import studio as studio

ROOT = Path(__file__).parents[2]
VENV = Path(os.environ.get("CROPSMITH_TEST_VLLM_VENV", ROOT / ".venv-vllm")).absolute()
ON_CPU = {
    "HF_HUB_OFFLINE": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",  # workers spin against each other on a small machine
    "OMP_NUM_THREADS": "1",
}
# Small, eager, and without chunked prefill, which breaks seeded sampling on a CPU.
SMALL = (
    "--dtype float32 --enforce-eager --max-num-seqs 16 --skip-mm-profiling "
    "--no-enable-chunked-prefill --max-num-batched-tokens 16384"
)
GUARDED = """
import runpy, sys
from cropsmith.vectorstore.torchvision_guard import import_torchvision
import_torchvision("this test", "transformers")
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

MakeVlm = Callable[[str], Path]
Host = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="session")
def make_vlm(tmp_path_factory: pytest.TempPathFactory) -> MakeVlm:
    """Return a function that builds a tiny model of an architecture, and returns its folder."""

    def make(architecture: str) -> Path:
        folder = tmp_path_factory.mktemp("models") / architecture
        # By the server's own libraries; else by ours, whose torchvision may need its guard.
        own = (VENV / "bin" / "python").exists()
        python = [str(VENV / "bin" / "python")] if own else [sys.executable, "-c", GUARDED]
        script = [str(Path(__file__).with_name("tiny_vlm.py")), str(folder), architecture]
        made = subprocess.run([*python, *script], capture_output=True, text=True)
        assert made.returncode == 0, f"no tiny model could be built: {made.stderr[-2000:]}"
        return folder

    return make


@pytest.fixture(scope="session")
def vllm_venv() -> Path:
    """Return the environment with a vLLM server that .ci/servers makes."""
    if not (VENV / "bin" / "vllm").is_file():
        pytest.skip(f"no vLLM environment at {VENV}: run .ci/servers")
    return VENV


@pytest.fixture(scope="session")
def host(vllm_venv: Path, tmp_path_factory: pytest.TempPathFactory) -> Host:
    """Return a context manager over a vLLM server of a model, started by our own code."""

    @contextmanager
    def hosted(model: Path, name: str, *extra: str) -> Iterator[Server]:
        hosting = Hosting(
            model=str(model),
            port=free_port(),
            venv=vllm_venv,
            name=name,
            context=16384,
            gpus=1,
            extra=(*SMALL.split(), *extra),
        )
        with pytest.MonkeyPatch.context() as patch:
            for variable, value in ON_CPU.items():
                patch.setenv(variable, value)
            running = start(hosting, tmp_path_factory.mktemp("logs") / "vllm.log")
        try:
            running.wait_until_healthy(400)
            yield running
        finally:
            running.stop()

    return hosted
