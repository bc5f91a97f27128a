"""The examples that a recorded run retrieved: its index may have grown or gone since."""

from collections.abc import Mapping

from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.views.account import account_of
from cropsmith.errors import CropsmithError
from cropsmith.tools.examples.retriever import Retrieved, Retriever, Selection
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Example
from cropsmith.tools.schema.result import Failure


class RecordedExamples(Retriever):
    """Finds what was found then, and fails where it failed then."""

    def __init__(self, examples: tuple[Example, ...], failure: Failure | None) -> None:
        super().__init__(())
        self._examples = examples
        self._failure = failure

    def examples(self, view: View, selection: Selection) -> Retrieved:
        """Return the recorded examples. CropsmithError with the recorded failure."""
        if self._failure is not None:
            raise CropsmithError(self._failure.message)
        return Retrieved(self._examples)


def recorded_examples(trace: Trace) -> RecordedExamples | None:
    """Return what the trace's retrieval gave; None where it had no index to look in."""
    failure = None
    for step in trace.steps:
        failed = step.outputs.get("failures", ()) if isinstance(step.outputs, Mapping) else ()
        if step.node == "retrieval" and failed:
            failure = Failure.model_validate(failed[0])
    examples = account_of(trace).examples
    return RecordedExamples(examples, failure) if examples or failure else None
