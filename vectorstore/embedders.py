"""The embedders by name, as an index remembers them."""

import difflib
from collections.abc import Callable

from cropsmith.errors import UsageError
from cropsmith.vectorstore.clip_weights import at_hand
from cropsmith.vectorstore.embedder import Embedder


def _builtin(_rest: str) -> Embedder:
    from cropsmith.vectorstore.descriptor import LayoutDescriptor

    return LayoutDescriptor()


def _open_clip(rest: str) -> Embedder:
    from cropsmith.vectorstore.clip_embedder import OpenClip

    return OpenClip.named(rest)


REGISTRY: dict[str, Callable[[str], Embedder]] = {"builtin": _builtin, "open_clip": _open_clip}
"""Family -> maker; the maker gets what follows the first slash of the name."""


def default_embedder() -> str:
    """Return the name of the best embedder that runs here without fetching anything."""
    return "open_clip" if at_hand() else "builtin"


def embedder(name: str) -> Embedder:
    """Return an embedder by name: `builtin`, `open_clip`, `open_clip/ViT-L-14:openai`,
    `open_clip/FOLDER`.

    UsageError for an unknown name, MissingExtra when its packages are absent.
    """
    family, _, rest = name.partition("/")
    if family not in REGISTRY:
        near = difflib.get_close_matches(family, REGISTRY, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(REGISTRY)}."
        raise UsageError(f"There is no embedder '{name}'.", hint=hint)
    return REGISTRY[family](rest)
