"""What a person does with an answer: correct it, download it, accept or reject it."""

import time
from dataclasses import dataclass

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.photo import photo_of
from cropsmith.agents.trace.verdicts import Verdict, keep_verdict
from cropsmith.agents.trace.views.account import account_of
from cropsmith.errors import UsageError
from cropsmith.studio.orders import Judgement, Piece
from cropsmith.studio.settings import StudioSettings
from cropsmith.tools.constraints.from_intent import constraints_for
from cropsmith.tools.constraints.solver import output_size, solve
from cropsmith.tools.examples.indexes import keep_crop
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.render import render
from cropsmith.tools.images.rendered import Rendered
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.photographer.taste import Judged, Notebook, judge
from cropsmith.tools.schema.geometry import Box, PixelBox, Size, as_array
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.schema.result import CropReport


@dataclass(frozen=True)
class Download:
    """A rendered crop and the name of its file."""

    rendered: Rendered
    name: str


class Crops:
    """Answers of earlier runs. Every method works on files: call it off the event loop."""

    def __init__(self, settings: StudioSettings) -> None:
        self._home = settings.home
        self._library = TraceLibrary(settings.home)

    def download(self, piece: Piece) -> Download:
        """Render a crop at full resolution, where the editor's box stands."""
        trace = self._library.read(piece.trace)
        report = _report(account_of(trace).report)
        target = _target(report, piece.target)
        photo = photo_of(trace, self._library.images)
        pixels = whole_pixels(piece.box, target, photo.size)
        rendered = render(
            photo, pixels, output=output_size(pixels, target), format=piece.format or None
        )
        stem = photo.name.rpartition(".")[0] or photo.name
        return Download(rendered, f"{stem}-crop{rendered.suffix}")

    def judge(self, judgement: Judgement) -> Verdict:
        """Keep what a person said of a crop."""
        trace = self._library.read(judgement.trace)
        report = _report(account_of(trace).report)
        target = _target(report, judgement.target)
        photo = photo_of(trace, self._library.images)
        verdict = Verdict(
            trace=judgement.trace,
            target=judgement.target,
            sha256=report.sha256,
            box=whole_pixels(judgement.box, target, report.image).normalised(report.image),
            proposed=report.crops[judgement.target].box,
            accepted=judgement.accepted,
            at=time.time(),
        )
        keep_verdict(self._home, verdict)
        learn_from(verdict, photo, target, trace.head.request)
        return verdict


def learn_from(verdict: Verdict, photo: Photo, target: Target, text: str) -> None:
    """Note the verdict for the person's taste, and keep an accepted crop in the personal index.

    A corrected crop says two things: this one yes, the proposed one no.
    """
    sight = View(photo).sight
    preference = Preference.load()

    def judged(box: Box, accepted: bool) -> list[Judged]:
        boxes = as_array([box])
        return judge(sight, boxes, preference.score(sight, boxes, target.ratio), accepted)

    notes = judged(verdict.box, verdict.accepted)
    if verdict.accepted and verdict.corrected:
        notes += judged(verdict.proposed, False)
    Notebook().note(notes)
    if verdict.accepted:
        keep_crop(photo, verdict.box, text=text)


def whole_pixels(box: Box, target: Target, image: Size) -> PixelBox:
    """Return the whole-pixel box nearest to a hand-drawn one that has exactly the asked ratio."""
    intent = Intent(task="ratio" if target.ratio else "free", targets=(target,))
    return solve(box, target, constraints_for(intent, target, (), image), image)


def _report(report: CropReport | None) -> CropReport:
    if report is None:
        raise UsageError("This run came to no answer.")
    return report


def _target(report: CropReport, index: int) -> Target:
    if index >= len(report.crops):
        raise UsageError("This run has no such crop.")
    return report.crops[index].target
