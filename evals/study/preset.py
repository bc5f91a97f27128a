"""Protocols of the published tables by name: what a dataset of a study fixes by naming one."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """Return preset -> the keys of a dataset that it fixes."""
    text = files("cropsmith.evals.study").joinpath("presets.toml").read_text("utf-8")
    return tomllib.loads(text)


def filled(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dataset's keys with those of its preset.

    ValueError for an unknown preset, and for a key that says otherwise: what is changed is no
    longer the published protocol, and belongs under no such name.
    """
    name = dataset.get("preset")
    if not name:
        return dict(dataset)
    if name not in presets():
        near = get_close_matches(str(name), presets(), n=1) or list(presets())
        raise ValueError(f"there is no preset '{name}'; known: {', '.join(near)}")
    fixed = dict(presets()[name])
    title = fixed.pop("title")
    for key, value in fixed.items():
        given = dataset.get(key, value)
        if ([given] if key == "protocols" and isinstance(given, str) else given) != value:
            raise ValueError(
                f"the preset '{name}' fixes '{key}'; leave the preset out to change it"
            )
    return {"name": title, **dataset, **fixed}
