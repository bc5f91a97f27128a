"""From an intent and what was found to the asked framing: ranges, drafts, notes."""

from collections.abc import Sequence

from cropsmith.errors import Infeasible
from cropsmith.tools.constraints.kinds import touched
from cropsmith.tools.constraints.must_stay import roomy
from cropsmith.tools.constraints.sizes import largest
from cropsmith.tools.framing.anchor import Anchor, anchor_of
from cropsmith.tools.framing.closeness import (
    CLOSE_TO_NOTHING,
    NOT_CLOSE,
    around_guess,
    few_pixels,
    fill,
    small,
    tight,
    wide,
    widest,
)
from cropsmith.tools.framing.edges import edge_wish
from cropsmith.tools.framing.inside import inside_wishes
from cropsmith.tools.framing.passport import passport_shot
from cropsmith.tools.framing.people import Person, meant, people_in, shown
from cropsmith.tools.framing.person_shots import limits_of, person_shot, plan_of
from cropsmith.tools.framing.placed_drafts import placed_drafts
from cropsmith.tools.framing.placing import (
    across_wish,
    down_wish,
    headroom_wish,
    horizon_wishes,
    looking_wish,
)
from cropsmith.tools.framing.shots import CUTS, GROUP_HEADS
from cropsmith.tools.framing.wish import Draft, Framing, Wish
from cropsmith.tools.grounding.doubt import guessed_subjects
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Line
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Intent, Placement, Shot, Target, Tightness

CLOSENESS = (Tightness.FILL, Tightness.TIGHT, Tightness.LOOSE, Tightness.WIDEST)
EVERYBODY = "It is not sure who is meant: everybody who may be is shown."
"""What is said of a shot of somebody who is not told from others."""
LOOSE_ROOM = 0.3
"""Room that a loose crop leaves on every side of the subject, as a share of its own sides."""
PEOPLE = (EvidenceKind.FACE, EvidenceKind.PERSON)


def asks(intent: Intent) -> bool:
    """Tell whether a request says anything of shots, places, edges or how much to cut away."""
    return bool(
        intent.shot
        or intent.edges
        or intent.placement != Placement()
        or intent.closeness in CLOSENESS
    )


def framing_of(
    intent: Intent,
    target: Target,
    evidence: Sequence[Evidence],
    image: Size,
    horizon: Line | None = None,
) -> Framing:
    """Return what the asked framing comes to for one target.

    `evidence`: everything that was found, on the upright photo; `horizon`: the one in view, if any.
    A passport photo that the photo cannot give is refused with the reason; what is framed beside it
    is then the nearest thing, a headshot.
    """
    if not asks(intent) and not guessed_subjects(evidence):
        return Framing(tuple(evidence))
    return _Asked(intent, target, evidence, image, horizon).framing()


class _Asked:
    """One request on one photo: gathers wishes, the most important first."""

    def __init__(
        self,
        intent: Intent,
        target: Target,
        evidence: Sequence[Evidence],
        image: Size,
        horizon: Line | None,
    ) -> None:
        self.intent, self.target, self.image, self.horizon = intent, target, image, horizon
        self.evidence = tuple(evidence)
        self.ratio = target.ratio or (Ratio.of_size(target.size) if target.size else None)
        everybody = people_in(evidence, image)
        self.people = meant(intent, everybody, evidence)
        self.guessed = bool(guessed_subjects(evidence))
        self.wishes: list[Wish] = []
        self.drafts: list[Draft] = []
        self.notes: list[str] = []
        self.refused: Infeasible | None = None

    def framing(self) -> Framing:
        """Return all of it."""
        kept = self.evidence
        if self.intent.shot is not None:
            kept = self._shot(self.intent.shot)
        for edge in self.intent.edges:
            wish = edge_wish(edge, self.evidence, self.image)
            if isinstance(wish, str):
                self.notes.append(wish)
            else:
                self.wishes.append(wish)
        if self.intent.shot is None:
            self._stay_wide()
        anchor = anchor_of(kept, self.people, self.image)
        if anchor is not None and self.intent.shot is None and self._speaks_of_subject():
            air = LOOSE_ROOM if self.intent.closeness is Tightness.LOOSE else 0.0
            box = touched(roomy(anchor.box, air), self.image)
            self.wishes += inside_wishes(
                box.left, box.top, box.right, box.bottom, self.image, anchor.name
            )
        self._place(anchor)
        if self.intent.shot is None:
            self._close(anchor)
        notes = tuple(dict.fromkeys(self.notes))
        return Framing(kept, tuple(self.wishes), tuple(self.drafts), notes, self.refused)

    def _shot(self, shot: Shot) -> tuple[Evidence, ...]:
        """Add the ranges of a shot; return the evidence without what it leaves out."""
        named = bool(self.intent.subjects)
        people = shown(shot, self.people, named=named)
        if shot is Shot.PASSPORT and self.intent.passport is not None:
            everybody = self.people if named else people_in(self.evidence, self.image)
            try:
                wishes, drafts = passport_shot(
                    self.intent.passport, everybody, self.target, self.image
                )
            except Infeasible as why:
                self.refused = why
            else:
                self.wishes += wishes
                self.drafts += drafts
                return self._of(everybody, Shot.PASSPORT)
        if not people:
            self.notes.append(
                f"Nobody was found in this photo for {_called(shot)}: the main subject stands in."
            )
            self._stay_wide()
            return self.evidence
        by_face = Shot.HEADSHOT if shot is Shot.PASSPORT else shot
        plan = plan_of(by_face, people, self.ratio, self.image)
        wishes, draft = person_shot(
            plan, self.ratio, self.image, self.intent.tightness, self.intent.placement
        )
        self.wishes += wishes
        self.drafts.append(draft)
        if len(people) < len(self.people) and plan.people == tuple(people):
            self.notes.append(_chosen(len(people), len(self.people)))
        self.notes += limits_of(by_face, plan, self.image)
        if self.guessed and len(plan.people) == len(people) > 1:
            self.notes.append(EVERYBODY)
        people = list(plan.people)
        self.people = people
        whole = plan.fits and plan.cut is not GROUP_HEADS
        return self._of(people, shot if whole else Shot.HEADSHOT)

    def _of(self, people: Sequence[Person], shot: Shot) -> tuple[Evidence, ...]:
        """Return the evidence of a shot: its people alone, and of a cut one only their heads."""
        cut = shot in CUTS or shot is Shot.PASSPORT
        faces = [person.face for person in people if person.face is not None]
        bodies = [person.body for person in people if person.body is not None]
        boxes = [p.head.box(self.image) if cut else p.whole(self.image) for p in people]
        phrases = [e.phrase for e in self.evidence if e.kind is EvidenceKind.SUBJECT and e.phrase]
        named = " and the ".join(dict.fromkeys(phrases)) or "person"
        subjects = [
            Evidence(kind=EvidenceKind.SUBJECT, box=box, source=_finder(person), phrase=named,
                     label="person", guessed=self.guessed)
            for person, box in zip(people, boxes, strict=True)
        ]  # fmt: skip
        rest = [e for e in self.evidence if e.kind not in (*PEOPLE, EvidenceKind.SUBJECT)]
        return (*subjects, *faces, *(() if cut else bodies), *rest)

    def _place(self, anchor: Anchor | None) -> None:
        """Add where things are to lie."""
        asked = self.intent.placement
        across, down = asked.across, asked.down
        placed = across or down or asked.looking_room
        if placed and anchor is None:
            self.notes.append("Nothing stands out in this photo, so nothing could be placed.")
        if anchor is not None and asked.looking_room and across is None:
            wish, note, across = looking_wish(anchor, self.image)
            self.wishes.append(wish)
            self.notes.append(note)
        elif anchor is not None and across is not None:
            self.wishes.append(across_wish(across, anchor, self.image))
        if anchor is not None and down is not None:
            self.wishes.append(down_wish(down, anchor, self.image))
        if asked.headroom:
            self._headroom()
        level = self._horizon()
        if self.intent.shot is None:
            self.drafts += placed_drafts(anchor, across, down, level, asked, self.ratio, self.image)

    def _headroom(self) -> None:
        """Add the air above the topmost head."""
        if self.people:
            self.wishes.append(headroom_wish(self.people, self.image))
        else:
            self.notes.append("Nobody was found in this photo, so no headroom could be measured.")

    def _horizon(self) -> float | None:
        """Add where the horizon is to lie; return its height in the photo."""
        where = self.intent.placement.horizon
        if where is None:
            return None
        if self.horizon is None:
            self.notes.append("No horizon could be made out in this photo, so none was placed.")
            return None
        self.wishes += horizon_wishes(where, self.horizon, self.ratio, self.image)
        return (self.horizon.start.y + self.horizon.end.y) / 2

    def _close(self, anchor: Anchor | None) -> None:
        """Add how much of the photo to cut away."""
        tightness = self.intent.closeness
        close = self.intent.tightness in (Tightness.FILL, Tightness.TIGHT)
        # What stands out may fill the frame, but not in the place of what was named.
        known = self._about_something() or not self.intent.subjects
        if self.guessed and tightness is not Tightness.WIDEST:
            if close:
                self.notes.append(NOT_CLOSE)
        elif tightness is Tightness.WIDEST:
            if (most := self._largest()) is not None:
                self._add(*widest(most, self.image))
        elif anchor is not None and tightness is Tightness.FILL and known:
            self._add(*fill(anchor, self.ratio, self.image))
        elif anchor is not None and tightness is Tightness.TIGHT and self._about_something():
            self._add(*tight(anchor, self.ratio, self.image, self._fewest()))
            if note := few_pixels(anchor, self.image):
                self.notes.append(note)
        elif close:
            self.notes.append(CLOSE_TO_NOTHING)
        elif tightness is Tightness.LOOSE:
            if anchor is not None and self._about_something():
                self._add(*small(anchor, self.image))
            if (most := self._largest()) is not None:
                self._add(*wide(most, self.image))

    def _stay_wide(self) -> None:
        """Keep most of the photo where it is only guessed what the request means."""
        if self.guessed and (most := self._largest()) is not None:
            self._add(*around_guess(most, self.image, self.intent.alternatives))

    def _largest(self) -> Size | None:
        """Return the largest crop of the shape; None where no pixel of it fits."""
        return largest(self.ratio, self.image) if self.ratio else self.image

    def _fewest(self) -> Size | None:
        """Return the fewest pixels that the request allows the crop to have."""
        asked = self.target.size
        if asked is not None and not self.target.at_most and not self.intent.upscale:
            return asked
        return self.intent.min_size

    def _speaks_of_subject(self) -> bool:
        """Tell whether the framing is one of the subject: where it lies, or how large it is."""
        asked = self.intent.placement
        placed = asked.across or asked.down or asked.looking_room
        near = self.intent.closeness
        about = near is Tightness.TIGHT and self._about_something()
        return bool(placed) or about or near in (Tightness.FILL, Tightness.LOOSE)

    def _about_something(self) -> bool:
        """Tell whether the request names or shows its subject."""
        return any(e.kind is EvidenceKind.SUBJECT for e in self.evidence)

    def _add(self, wish: Wish, draft: Draft) -> None:
        self.wishes.append(wish)
        self.drafts.append(draft)


def _finder(person: Person) -> str:
    """Return who found a person."""
    found = person.face or person.body
    return "" if found is None else found.source


def _called(shot: Shot) -> str:
    """Return a shot with its article."""
    return {
        Shot.HALF_BODY: "a half-body picture",
        Shot.FULL_BODY: "a full-body picture",
        Shot.GROUP: "a group picture",
        Shot.PASSPORT: "a passport photo",
    }.get(shot, f"a {shot}")


def _chosen(some: int, every: int) -> str:
    """Say that only some of the people are shown."""
    if some == 1:
        return f"{every} people are to be seen: this shows the one with the largest face."
    return f"{every} people are to be seen: this shows the {some} in front."
