"""What a person does with an answer: correct it, take it away, accept or reject it."""

import threading
import time
from dataclasses import dataclass

from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.trace.verdicts import Verdict, drop_verdict, keep_verdict
from cropsmith.errors import UsageError
from cropsmith.studio.photos import Photos
from cropsmith.studio.settings import StudioSettings
from cropsmith.studio.sittings.values import FREE, Edit, Sheet, Standing, Take
from cropsmith.tools.constraints.from_intent import constraints_for
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.examples.indexes import keep_crop
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.language.shapes import target_named
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.photographer.taste import Judged, Notebook, judge
from cropsmith.tools.schema.geometry import Box, PixelBox, Size, as_array
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.schema.result import CropReport


@dataclass(frozen=True)
class Piece:
    """One shape of one answer as it stands, ready to be rendered."""

    result: CropResult
    index: int
    box: PixelBox
    target: Target


class Crops:
    """Answers of takes. Every method works on files: call it off the event loop."""

    def __init__(self, settings: StudioSettings, photos: Photos) -> None:
        self._home = settings.home
        self._photos = photos
        self._noting = threading.Lock()  # the notes on taste are read, then written

    def piece(self, sheet: Sheet, take: Take, index: int) -> Piece:
        """Return a shape as it stands in the editor. UsageError where there is no such answer."""
        return piece_of(
            _report(take),
            self._photos.open(sheet.entry.sha256, sheet.entry.name),
            index,
            sheet.history.standing(take, _index(take, index)),
        )

    def judged(self, before: Sheet, now: Sheet, edit: Edit) -> None:
        """Keep, or take back, what a person said of the shape that a step was about."""
        take = now.take(edit.take)
        assert take is not None
        was = before.history.standing(take, edit.target)
        stands = now.history.standing(take, edit.target)
        if was == stands or not (was.word or stands.word):
            return
        if not stands.word:
            drop_verdict(self._home, take.trace, edit.target)
            with self._noting:
                Notebook().take_back(named(take.trace, edit.target))
            return
        piece = self.piece(now, take, edit.target)
        report = piece.result.report
        verdict = Verdict(
            trace=take.trace,
            target=edit.target,
            sha256=report.sha256,
            box=piece.box.normalised(report.image),
            proposed=_report(take).crops[edit.target].box,
            angle=report.angle,
            proposed_angle=_report(take).angle,
            accepted=stands.word == "accepted",
            at=time.time(),
        )
        keep_verdict(self._home, verdict)
        with self._noting:
            learn_from(verdict, piece.result.photo, piece.target, take.wanted.text)


def checked(edit: Edit, sheet: Sheet) -> None:
    """Refuse a step that is about no answer of this photo. UsageError."""
    take = sheet.take(edit.take)
    if take is None:
        raise UsageError("This photo has no such answer.")
    _index(take, edit.target)
    _target(_report(take), edit.target, edit.ratio)
    size = sheet.entry.size
    if size and min(edit.box.width * size.width, edit.box.height * size.height) < 1:
        raise UsageError("A crop is one pixel wide and high at least.")


def piece_of(report: CropReport, photo: Photo, index: int, standing: Standing) -> Piece:
    """Return what stands of an answer, its box in whole pixels and of exactly the ratio.

    `photo` is turned as the answer stands.
    """
    target = _target(report, index, standing.ratio)
    answered, photo = photo.straightened(report.angle), photo.straightened(standing.angle)
    box = whole_pixels(standing.box, target, photo.size)
    crops = list(report.crops)
    stands = {"target": target, "box": box.normalised(photo.size), "pixels": box}
    crops[index] = crops[index].model_copy(update=stands)
    focal = report.focal_point
    if answered.level is not None:
        focal = answered.level.upright_point(focal)
    told = report.model_copy(
        update={
            "crops": tuple(crops),
            "image": photo.size,
            "angle": photo.angle,
            "focal_point": focal if photo.level is None else photo.level.point(focal),
        }
    )
    return Piece(CropResult(told, photo), index, box, target)


def named(trace: str, target: int) -> str:
    """Return what the notes on taste call a crop of a run."""
    return f"{trace}/{target}"


def learn_from(verdict: Verdict, photo: Photo, target: Target, text: str) -> None:
    """Note the verdict for the person's taste, and keep an accepted crop in the personal index.

    A corrected crop says two things: this one yes, the proposed one no; of a photo that was turned
    otherwise it says the first alone, because boxes of two frames are no two choices.
    """
    sight = View(photo).sight
    preference = Preference.load()

    def judged(box: Box, accepted: bool) -> list[Judged]:
        boxes = as_array([box])
        scores = preference.score(sight, boxes, target.ratio)
        return judge(sight, boxes, scores, accepted, of=named(verdict.trace, verdict.target))

    notes = judged(verdict.box, verdict.accepted)
    if verdict.accepted and verdict.corrected and verdict.angle == verdict.proposed_angle:
        notes += judged(verdict.proposed, False)
    Notebook().note(notes)
    if verdict.accepted:
        keep_crop(photo, verdict.box, text=text)


def whole_pixels(box: Box, target: Target, image: Size) -> PixelBox:
    """Return the whole-pixel box nearest to a hand-drawn one that has exactly the asked ratio."""
    intent = Intent(task="ratio" if target.ratio else "free", targets=(target,))
    return solve(box, target, constraints_for(intent, target, (), image), image)


def _report(take: Take) -> CropReport:
    if take.report is None:
        raise UsageError("This run came to no answer.")
    return take.report


def _index(take: Take, index: int) -> int:
    if index >= len(_report(take).crops):
        raise UsageError("This run has no such crop.")
    return index


def _target(report: CropReport, index: int, ratio: str) -> Target:
    """Return the shape that is wanted now: as it was asked, free, or another."""
    if not ratio:
        return report.crops[index].target
    return Target() if ratio == FREE else target_named(ratio)
