"""Bill of materials of an installed cropsmith, as CycloneDX 1.6: `python sbom.py WHEEL`, printed.

Run by the Python of an environment that holds the wheel and nothing else, so that what it lists is
what a person gets: each package with version, licence and the hash of its RECORD, and the weights
that the wheel carries. Standard library only.
"""

import hashlib
import json
import sys
import uuid
import zipfile
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

TOOLS = {"pip", "setuptools", "wheel"}
"""Of the environment, not of cropsmith."""
WEIGHTS = (".onnx", ".npz")


def sha256(data: bytes) -> list[dict[str, str]]:
    """Return the hash of data, as CycloneDX writes it."""
    return [{"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()}]


def licence_of(package: Distribution) -> list[dict[str, Any]]:
    """Return what a package says of its licence: an SPDX expression, else a name."""
    facts = package.metadata
    if expression := facts.get("License-Expression"):
        return [{"expression": expression}]
    named = [c.rpartition(" :: ")[2] for c in facts.get_all("Classifier") or () if "License" in c]
    if not named and (text := facts.get("License")):
        named = [text.strip().splitlines()[0][:80]]
    return [{"license": {"name": name}} for name in named]


def component(package: Distribution) -> dict[str, Any]:
    """Return a package as a component."""
    name, version = package.metadata["Name"].lower().replace("_", "-"), package.version
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
    }
    if licences := licence_of(package):
        found["licenses"] = licences
    if record := package.read_text("RECORD"):
        found["properties"] = [
            {"name": "record:sha256", "value": hashlib.sha256(record.encode()).hexdigest()}
        ]
    return found


def weights_of(wheel: zipfile.ZipFile) -> list[dict[str, Any]]:
    """Return the networks and tables that were trained, as components of their own."""
    return [
        {
            "type": "machine-learning-model",
            "bom-ref": name,
            "name": name,
            "hashes": sha256(wheel.read(name)),
        }
        for name in sorted(wheel.namelist())
        if name.endswith(WEIGHTS)
    ]


def bill(path: Path) -> dict[str, Any]:
    """Return the document for a wheel that is installed here."""
    packages = {d.metadata["Name"].lower().replace("_", "-"): d for d in distributions()}
    own = packages.pop("cropsmith")
    parts = [component(p) for name, p in sorted(packages.items()) if name not in TOOLS]
    with zipfile.ZipFile(path) as wheel:
        models = weights_of(wheel)
    about = component(own) | {"type": "application", "hashes": sha256(path.read_bytes())}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, about["hashes"][0]["content"])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": about},
        "components": [*parts, *models],
        "dependencies": [
            {"ref": about["bom-ref"], "dependsOn": [c["bom-ref"] for c in (*parts, *models)]}
        ],
    }


if __name__ == "__main__":
    print(json.dumps(bill(Path(sys.argv[1])), indent=1))
