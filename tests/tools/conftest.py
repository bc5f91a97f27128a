"""Tiny real models with random weights, built once for all tests that need torch."""

import runpy
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a weights folder with owlvit/, owlv2/ and clip/; skip without torch."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    make = runpy.run_path(str(Path(__file__).parent / "tiny_models.py"))
    folder = tmp_path_factory.mktemp("weights")
    make["make_owl"](folder / "owlvit", "owlvit")
    make["make_owl"](folder / "owlv2", "owlv2")
    make["make_clip"](folder / "clip")
    return folder
