"""The croppers that are compared: cropsmith, which reads the words, and three that cannot."""

from collections.abc import Callable
from pathlib import Path

from cropsmith.evals.baselines import geometry, saliency
from cropsmith.evals.lab.asked.question import Answer, Question, trial_of
from cropsmith.evals.trial import Trial
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.result import Verdict

OURS = "cropsmith"
PEERS: dict[str, Callable[[Trial], Box]] = {
    "centre": geometry.centred(1.0),
    "libvips": saliency.vips("attention"),
    "smartcrop": saliency.smartcrop,
}
NAMES = (OURS, *PEERS)


class Croppers:
    """Asks each cropper; the peers see the shape alone, and one look a shape is enough."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Path, str], Box] = {}

    def answer(self, name: str, question: Question) -> Answer:
        """Return the cropper's answer; for cropsmith what went wrong is an answer, too."""
        if name == OURS:
            return ask(question)
        key = (name, question.picture.path, str(question.ratio))
        if key not in self._seen:
            self._seen[key] = PEERS[name](trial_of(question.picture, question.ratio))
        return Answer(self._seen[key])


def ask(question: Question) -> Answer:
    """Ask the public `crop()`, in words where the question has any."""
    from cropsmith import crop

    path = question.picture.path
    try:
        if question.text:
            result = crop(path, question.text, trace=False)
        else:
            result = crop(path, ratio=question.ratio, never_cut=question.never_cut, trace=False)
    except Exception as error:  # counted and shown, whatever it is: one must not end the run
        return Answer(None, error=f"{type(error).__name__}: {error}")
    failures = [f"{one.source}: {one.message}" for one in result.failures]
    # A rejection tells in its reasons what a note would of a crop.
    why = result.reasons if result.verdict is Verdict.REJECT else ()
    return Answer(result.crops[0].box, (*result.notes, *why, *failures))
