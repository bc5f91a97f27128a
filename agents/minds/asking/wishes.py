"""What a model is told of the request, in every question: the person's own words, and a list.

The list states each wish once, shapes and sizes in the model's own numbers.
"""

from collections.abc import Sequence

from cropsmith.agents.backends.protocol.backend import Picture, Reach, Slope
from cropsmith.agents.minds.asking.script import Script
from cropsmith.tools.constraints.kinds import in_words
from cropsmith.tools.language.telling import ACROSS, DOWN, HORIZON
from cropsmith.tools.photographer.grids import largest_of
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Intent, Placement, Shot, Side, Target, Tightness

CLOSENESS = {
    Tightness.FILL: "the subject fills the frame",
    Tightness.TIGHT: "close to the subject, little around it",
    Tightness.LOOSE: "the subject is small in the frame, much of the scene around it",
    Tightness.WIDEST: "as little as possible is cut away",
}
SHOTS = {
    Shot.HEADSHOT: "headshot, the head with the tops of the shoulders",
    Shot.PORTRAIT: "portrait, head and shoulders",
    Shot.HALF_BODY: "half body, from the waist up",
    Shot.FULL_BODY: "full body, from above the head to below the feet",
    Shot.GROUP: "group, everybody whole",
    Shot.PASSPORT: "passport photo, the head by the country's rule",
}
STRIPS = {Side.LEFT: "left", Side.RIGHT: "right", Side.TOP: "upper", Side.BOTTOM: "lower"}


def wanted(intent: Intent) -> str:
    """Say what is wanted, also where nothing was asked."""
    return intent.read_back or "the best crop"


def add_request(
    script: Script, intent: Intent, targets: Sequence[Target], size: Size, photo: Picture
) -> None:
    """Add the person's words, how they were understood, and the list of wishes.

    `size` is the whole photo's in pixels, `photo` the picture of it that is shown.
    """
    if intent.words:
        script.say("vlm/request", words=intent.words)
        if intent.read_back and intent.read_back != intent.words:
            script.say("vlm/understood", wanted=intent.read_back)
    elif intent.read_back:
        script.say("vlm/understood", wanted=intent.read_back)
    else:
        script.say("vlm/no_request")
    script.say("vlm/wishes")
    for target in targets:
        _shape(script, target, size, photo)
    _things(script, intent, photo)
    _framing(script, intent, size, photo)


def largest_box(ratio: Ratio, size: Size) -> Box:
    """Return the largest box of a shape on a photo, in its middle."""
    width, height = (float(side) for side in largest_of(ratio.value * size.height / size.width))
    return Box(x1=(1 - width) / 2, y1=(1 - height) / 2, x2=(1 + width) / 2, y2=(1 + height) / 2)


def shape_words(target: Target) -> str:
    """Say which shape is asked: "4:5", "16:9, for a file of 1920x1080 pixels"."""
    if target.size is not None:
        ratio = target.ratio or Ratio.of_size(target.size)
        return f"{ratio}, for a file of {target.size.width}x{target.size.height} pixels"
    return str(target.ratio)


def _shape(script: Script, target: Target, size: Size, photo: Picture) -> None:
    ratio = target.ratio or (Ratio.of_size(target.size) if target.size else None)
    if ratio is None:
        script.say("wish/any_shape")
        return
    largest = largest_box(ratio, size)
    script.tell(
        "wish/shape",
        photo,
        shape=shape_words(target),
        slope=Slope(largest.width, largest.height),
        reach=Reach(largest.width, largest.height),
        largest=largest,
    )


def _things(script: Script, intent: Intent, photo: Picture) -> None:
    named = "; ".join(phrase.text for phrase in intent.subjects)
    if intent.subject_box is not None:
        what = named or "the thing"
        script.tell("wish/subject_box", photo, what=what, box=intent.subject_box)
    elif named:
        script.say("wish/subject", what=named)
    if intent.avoid:
        script.say("wish/avoid", what="; ".join(phrase.text for phrase in intent.avoid))
    if intent.never_cut:
        script.say("wish/never_cut", what=", ".join(intent.never_cut))
    if intent.keep_out:
        script.tell("wish/keep_out", photo, boxes=intent.keep_out)
    for edge in intent.edges:
        script.say("wish/edge", side=in_words(edge.side).split()[-1], what=edge.phrase)


def _framing(script: Script, intent: Intent, size: Size, photo: Picture) -> None:
    if (space := intent.copy_space) is not None:
        where = f"the {STRIPS[space.side]}"
        script.say("wish/copy_space", where=where, share=f"{space.share:.0%}")
    for where in _places(intent.placement):
        script.say("wish/placement", where=where)
    if how := CLOSENESS.get(intent.tightness):
        script.say("wish/tightness", how=how)
    if intent.margin is not None:
        script.say("wish/margin", share=f"{intent.margin:.0%}")
    if intent.shot is not None:
        script.say("wish/shot", shot=SHOTS[intent.shot])
    if (least := intent.min_size) is not None:
        reach = Reach(least.width / size.width, least.height / size.height)
        script.tell("wish/min_size", photo, reach=reach, pixels=f"{least.width}x{least.height}")
    if intent.keep is not None:
        script.say("wish/keep" if intent.keep else "wish/cropped")


def _places(placement: Placement) -> Sequence[str]:
    """Return where things are to lie in the crop, a line for each."""
    said = []
    lies = [ACROSS[placement.across]] if placement.across else []
    lies += [DOWN[placement.down]] if placement.down else []
    if lies:
        said.append(f"the subject {' and '.join(lies)} of the crop")
    if placement.horizon is not None:
        said.append(f"the horizon {HORIZON[placement.horizon]} in the crop")
    if placement.looking_room:
        said.append("more room on the side that the subject faces or moves to")
    if placement.headroom:
        said.append("a tenth to an eighth of the crop's height above the topmost head")
    return said
