"""What was understood, told back in one plain sentence."""

from collections.abc import Iterable

from cropsmith.tools.language.passports import ANY
from cropsmith.tools.language.positions import plural
from cropsmith.tools.language.presets import presets
from cropsmith.tools.language.tongues import language_name
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.level import said
from cropsmith.tools.schema.request import (
    Across,
    Down,
    Intent,
    NeverCut,
    Phrase,
    Shot,
    Side,
    Straighten,
    Target,
    Tightness,
)

WHERE = {
    Side.LEFT: "on the left", Side.RIGHT: "on the right", Side.TOP: "at the top",
    Side.BOTTOM: "at the bottom",
}  # fmt: skip
BEYOND = {Side.LEFT: "left of", Side.RIGHT: "right of", Side.TOP: "above", Side.BOTTOM: "below"}
NEVER = {
    NeverCut.FACES: "a face", NeverCut.TEXT: "text", NeverCut.PEOPLE: "a person",
    NeverCut.SUBJECT: "the subject",
}  # fmt: skip
MANNER = {
    Tightness.FILL: "frame-filling",
    Tightness.TIGHT: "tightly",
    Tightness.LOOSE: "loosely",
    Tightness.WIDEST: "as little as possible",
}
ACROSS = {
    Across.LEFT: "in the left part", Across.LEFT_THIRD: "on the left third",
    Across.CENTER: "in the middle", Across.RIGHT_THIRD: "on the right third",
    Across.RIGHT: "in the right part",
}  # fmt: skip
DOWN = {
    Down.TOP: "in the upper part", Down.UPPER_THIRD: "on the upper third",
    Down.CENTER: "at half height",
    Down.LOWER_THIRD: "on the lower third", Down.BOTTOM: "in the lower part",
}  # fmt: skip
HORIZON = {
    Down.TOP: "high", Down.UPPER_THIRD: "high", Down.CENTER: "in the middle",
    Down.LOWER_THIRD: "low",
    Down.BOTTOM: "low",
}  # fmt: skip
SHOTS = {
    Shot.HEADSHOT: "a headshot", Shot.PORTRAIT: "head and shoulders",
    Shot.HALF_BODY: "from the waist up",
    Shot.FULL_BODY: "from head to toe", Shot.GROUP: "everybody", Shot.PASSPORT: "a passport photo",
}  # fmt: skip


def told(intent: Intent) -> str:
    """Return the sentence: "Crop to the dog, as 4:5, with room for words on the left."."""
    language = (
        f" The words were taken for {language_name(intent.language)}."
        if intent.language != "en"
        else ""
    )
    if intent.keep and not any(t.ratio for t in intent.targets):
        start = "Leave the photo as it is"
        if intent.straighten:
            start = f"{_turn(intent.straighten)}, and leave it as it is otherwise"
        return ", ".join([start, *_file(intent)]) + "." + language
    start = " ".join(filter(None, ("Crop", MANNER.get(intent.tightness), _around(intent))))
    parts = [
        start,
        *_shape(intent),
        *_genre(intent),
        *_places(intent),
        *_limits(intent),
        *_answers(intent),
        *([_turned(intent.straighten)] if intent.straighten else []),
        *_file(intent),
    ]
    return ", ".join(parts) + "." + language


def _turn(straighten: Straighten) -> str:
    """Ask for a photo to be turned."""
    return "Straighten the photo" if straighten == "auto" else f"Turn the photo {said(straighten)}"


def _turned(straighten: Straighten) -> str:
    """Say how a photo is turned."""
    return "straightened" if straighten == "auto" else f"turned {said(straighten)}"


def _genre(intent: Intent) -> list[str]:
    """Say how much of a person is shown, and by whose rule."""
    if intent.passport is not None:
        return [
            f"the head by the rule of {intent.passport.country}"
            if intent.passport.country != ANY
            else "the head by the international rule"
        ]
    return [SHOTS[intent.shot]] if intent.shot is not None else []


def _places(intent: Intent) -> list[str]:
    """Say where things are to lie."""
    wanted = intent.placement
    where = [ACROSS[wanted.across]] if wanted.across else []
    where += [DOWN[wanted.down]] if wanted.down else []
    parts = (
        [f"{'it' if intent.subjects else 'the main subject'} {' and '.join(where)}"]
        if where
        else []
    )
    parts += [f"the horizon {HORIZON[wanted.horizon]}"] if wanted.horizon else []
    parts += ["room where it looks or moves"] if wanted.looking_room else []
    return [*parts, "room above the head"] if wanted.headroom else parts


def _file(intent: Intent) -> list[str]:
    """Say how the file is to be written."""
    wishes = intent.file
    parts = [f"written as {wishes.format.upper()}"] if wishes.format else []
    parts += [f"at most {size_of(wishes.most_bytes)}"] if wishes.most_bytes else []
    if wishes.without_metadata:
        return [*parts, "without metadata"]
    return [*parts, "without the location"] if wishes.without_location else parts


def size_of(count: int) -> str:
    """Return a number of bytes as people write it: 500 kB."""
    return f"{count / 1_000_000:g} MB" if count >= 1_000_000 else f"{count / 1000:g} kB"


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


PLACES = {
    "leftmost": "on the left", "rightmost": "on the right", "topmost": "at the top",
    "bottommost": "at the bottom", "middle": "in the middle", "edge": "at the edge",
}  # fmt: skip
"""Where several lie, by the position that chooses them."""


def named(phrase: Phrase) -> str:
    """Return a phrase with an article and its position in words."""
    if phrase.head == "people" and phrase.count:
        return f"the {phrase.count} people" + (f", {phrase.position}" if phrase.position else "")
    where = f" {PLACES[phrase.position]}" if phrase.position in PLACES else ""
    if phrase.head in ("me", "us", "everybody else", "people"):
        people = "everybody" if phrase.text.startswith("every") else f"the people{where}"
        return {"people": people}.get(phrase.head, phrase.head)
    count = f"{phrase.count} " if phrase.count and phrase.count > 1 else ""
    if phrase.position is None:
        return f"the {count}{phrase.head}"
    if " from " in phrase.position:
        place, _, side = phrase.position.partition(" from ")
        return f"the {place} {phrase.head} from the {side}"
    if phrase.position == "edge" or (where and phrase.count is None and plural(phrase.head)):
        return f"the {count}{phrase.head}{where}"
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
    parts += [f"cut {BEYOND[edge.side]} the {edge.phrase}" for edge in intent.edges]
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
        Box(x1=0, y1=0, x2=box.x2, y2=1): f"the left {_percent(box.width)}",
        Box(x1=box.x1, y1=0, x2=1, y2=1): f"the right {_percent(box.width)}",
        Box(x1=0, y1=0, x2=1, y2=box.y2): f"the top {_percent(box.height)}",
        Box(x1=0, y1=box.y1, x2=1, y2=1): f"the bottom {_percent(box.height)}",
    }
    edges = ", ".join(f"{corner:.2f}" for corner in box.corners)
    return strips.get(box, f"the zone {edges}")


def _percent(share: float) -> str:
    """Say a share to a tenth of a percent: 200 of 6000 pixels are 3.3%."""
    return f"{round(100 * share, 1):g}%"


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
