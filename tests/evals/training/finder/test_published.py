"""Published models are read only if they are the known files, and come back as they were stored."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from cropsmith.errors import UsageError
from cropsmith.evals.training.finder import published
from cropsmith.evals.training.finder.published import read_published

KERNEL = np.arange(6, dtype=np.float16).reshape(1, 1, 2, 3)
NODES = [
    {"name": "image", "op": "Placeholder"},
    {"name": "conv", "op": "Conv2D", "input": ["image:0", "kernel"], "attr": {}},
]


def write(folder: Path, tail: bytes = b"") -> None:
    described = {
        "modelTopology": {"node": NODES},
        "weightsManifest": [
            {
                "weights": [
                    {
                        "name": "kernel",
                        "shape": [1, 1, 2, 3],
                        "dtype": "float32",
                        "quantization": {"dtype": "float16"},
                    },
                    {"name": "side", "shape": [], "dtype": "int32"},
                ]
            }
        ],
    }
    (folder / "small.json").write_text(json.dumps(described))
    (folder / "small.bin").write_bytes(KERNEL.tobytes() + np.int32(7).tobytes() + tail)


def known(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = {p.name: sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
    monkeypatch.setattr(published, "SHA256", sums)


def test_weights_and_nodes_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    known(tmp_path, monkeypatch)
    model = read_published(tmp_path, "small")
    assert (model.weights["kernel"] == KERNEL).all()
    assert model.weights["kernel"].dtype == np.float32 and model.weights["side"] == 7
    assert model.nodes["conv"].inputs == ["image", "kernel"]
    assert model.users("image") == ["conv"]


def test_another_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    known(tmp_path, monkeypatch)
    write(tmp_path, b"more")
    with pytest.raises(UsageError, match="is not the file"):
        read_published(tmp_path, "small")
    known(tmp_path, monkeypatch)
    with pytest.raises(UsageError, match="bytes"):
        read_published(tmp_path, "small")
