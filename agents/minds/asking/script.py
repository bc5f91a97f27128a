"""A question under way, part by part, and pictures beside what they show.

Order within a request: system, examples, photo, the person's words and wishes, what was found, the
question. What is equal between the questions of a photo comes first, and rounds append turns and
change nothing before them, so that a server's prefix cache finds all of it.
"""

from dataclasses import dataclass, field

from cropsmith.agents.backends.protocol.backend import Message, Part, Picture, Place, Told
from cropsmith.prompts import checked, hash_of, render
from cropsmith.tools.drawing.guides import Overlay
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Example


@dataclass
class Script:
    """Messages under way, with the hashes of the prompts that they came from."""

    system: str = "vlm/system"
    parts: list[Part] = field(default_factory=list)
    turns: list[Message] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)

    def say(self, name: str, **variables: object) -> None:
        """Add a prompt to the turn."""
        self.parts.append(self.text(name, **variables))

    def tell(self, name: str, picture: Picture, **values: str | Place) -> None:
        """Add a prompt about places in a picture, which the adapter writes in its numbers."""
        self.parts.append(self.told(name, picture, **values))

    def text(self, name: str, **variables: object) -> str:
        """Return a rendered prompt and note its hash."""
        prompt = render(name, **variables)
        self._note(prompt.template_sha256)
        return prompt.text

    def told(self, name: str, picture: Picture, **values: str | Place) -> Told:
        """Return a prompt about places in a picture, and note its hash."""
        template = checked(name, values.keys())
        self._note(hash_of(template))
        return Told(template, values, picture)

    def _note(self, sha256: str) -> None:
        if sha256 not in self.hashes:
            self.hashes.append(sha256)

    def show(self, picture: Picture, overlay: Overlay | None = None) -> None:
        """Add the photo, and the legend of what is drawn on it."""
        self.say("vlm/photo")
        self.parts.append(picture)
        if overlay is not None and overlay.legend:
            self.say("vlm/overlays", guides=overlay.legend)

    def messages(self) -> list[Message]:
        """Return all turns, the system's first."""
        system = Message("system", [self.text(self.system)])
        return [system, Message("user", self.parts), *self.turns]


@dataclass(frozen=True)
class Shown:
    """A picture of a candidate."""

    candidate: Candidate
    picture: Picture


@dataclass(frozen=True)
class ShownExample:
    """An expert-cropped photo, encoded."""

    example: Example
    picture: Picture


def number_of(candidate: Candidate) -> tuple[int, ...]:
    """Return the numbers of an id ("0.1.12") for sorting by arrival."""
    digits = [part for part in candidate.id.split(".") if part.isdigit()]
    return tuple(map(int, digits))
