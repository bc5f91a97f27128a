"""What was understood, told back in one plain sentence."""

from collections.abc import Iterable

from cropsmith.tools.language.presets import presets
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, NeverCut, Phrase, Side, Target, Tightness

WHERE = {
    Side.LEFT: "on the left", Side.RIGHT: "on the right", Side.TOP: "at the top",
    Side.BOTTOM: "at the bottom",
}  # fmt: skip
NEVER = {
    NeverCut.FACES: "a face", NeverCut.TEXT: "text", NeverCut.PEOPLE: "a person",
    NeverCut.SUBJECT: "the subject",
}  # fmt: skip
MANNER = {Tightness.TIGHT: "tightly", Tightness.LOOSE: "loosely"}


def told(intent: Intent) -> str:
    """Return the sentence: "Crop to the dog, as 4:5, with room for words on the left."."""
    if intent.keep and not any(t.ratio for t in intent.targets):
        return "Leave the photo as it is."
    start = " ".join(filter(None, ("Crop", MANNER.get(intent.tightness), _around(intent))))
    parts = [start, *_shape(intent), *_limits(intent), *_answers(intent)]
    return ", ".join(parts) + "."


def listed(words: Iterable[str]) -> str:
    """Join words as a person would."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _around(intent: Intent) -> str:
    """Say what the crop is about."""
    if intent.subject_box is not None:
        return "to the box you gave"
    if intent.subjects:
        return f"to {listed(map(named, intent.subjects))}"
    return "to the thing you showed" if intent.subject_image else ""


def named(phrase: Phrase) -> str:
    """Return a phrase with an article and its position in words."""
    count = f"{phrase.count} " if phrase.count and phrase.count > 1 else ""
    if phrase.position is None:
        return f"the {count}{phrase.head}"
    if " from " in phrase.position:
        place, _, side = phrase.position.partition(" from ")
        return f"the {place} {phrase.head} from the {side}"
    if phrase.position.startswith(("top ", "bottom ")):
        return f"the {count}{phrase.head} at the {phrase.position}"
    return f"the {count}{phrase.position} {phrase.head}"


def _shape(intent: Intent) -> list[str]:
    """Say the targets."""
    shapes = [_target(t) for t in intent.targets if t.ratio is not None]
    return [f"as {listed(shapes)}"] if shapes else ["in any shape"]


def _target(target: Target) -> str:
    """Say one target with its numbers."""
    size = f"{target.size.width}x{target.size.height}" if target.size else ""
    ratio = str(target.ratio)
    name = target.name.replace("-", " ") if target.name in presets() else target.name
    if not name or name in (size, ratio):
        return size or ratio
    up_to = f"{ratio}, up to {size}" if target.at_most else size or ratio
    return f"{name} ({up_to})"


def _limits(intent: Intent) -> list[str]:
    """Say what must hold."""
    parts: list[str] = []
    if intent.avoid:
        parts.append(f"without {listed(map(named, intent.avoid))}")
    if intent.keep_out:
        parts.append(f"without {listed(map(_zone, intent.keep_out))}")
    if intent.never_cut:
        parts.append(f"never cutting {listed(NEVER[kind] for kind in intent.never_cut)}")
    if intent.copy_space is not None:
        space = intent.copy_space
        parts.append(f"with {space.share:.0%} left free {WHERE[space.side]}")
    if intent.margin is not None:
        parts.append(f"with a margin of {intent.margin:.0%}")
    if intent.min_size is not None:
        parts.append(_at_least(intent.min_size.width, intent.min_size.height))
    if intent.upscale:
        parts.append("upscaled if need be")
    return parts


def _zone(box: Box) -> str:
    """Say a keep-out zone; a strip along a side by its share."""
    strips = {
        Box(x1=0, y1=0, x2=box.x2, y2=1): f"the left {box.width:.0%}",
        Box(x1=box.x1, y1=0, x2=1, y2=1): f"the right {box.width:.0%}",
        Box(x1=0, y1=0, x2=1, y2=box.y2): f"the top {box.height:.0%}",
        Box(x1=0, y1=box.y1, x2=1, y2=1): f"the bottom {box.height:.0%}",
    }
    edges = ", ".join(f"{corner:.2f}" for corner in box.corners)
    return strips.get(box, f"the zone {edges}")


def _at_least(width: int, height: int) -> str:
    """Say a smallest size; a side of one pixel was not asked for."""
    if height == 1:
        return f"at least {width} pixels wide"
    if width == 1:
        return f"at least {height} pixels high"
    return f"at least {width}x{height} pixels"


def _answers(intent: Intent) -> list[str]:
    """Say how many, and whether keeping the photo is ruled out."""
    parts = [f"in {intent.alternatives} versions"] if intent.alternatives > 1 else []
    return [*parts, "and do not hand the photo back whole"] if intent.keep is False else parts
