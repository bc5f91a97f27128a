"""What to call a thing within a sentence: "the dog", "a face", "what stands out"."""

from cropsmith.tools.schema.evidence import Evidence, EvidenceKind

DOUBTFUL = 0.5
"""Chance below which a box is not taken at its word."""
NAMES = {
    EvidenceKind.FACE: "a face",
    EvidenceKind.TEXT: "a line of text",
    EvidenceKind.PERSON: "a person",
    EvidenceKind.SUBJECT: "the subject",
    EvidenceKind.AVOID: "what to leave out",
    EvidenceKind.SALIENT: "the main subject",
    EvidenceKind.THING: "the main subject",
}
GUESSED = "what stands out"
"""What to call a thing that is only a guess: its kind is a word that nobody used."""
WITHOUT_ARTICLE = {
    "all", "both", "each", "every", "everybody", "everyone", "everything", "half", "her", "his",
    "its", "me", "mum", "dad", "mom", "my", "our", "some", "that", "the", "their", "these", "this",
    "those", "us", "your",
}  # fmt: skip
"""First words of a phrase that need no "the" before them."""

ONE_BY_ONE = {"each", "every", "everybody", "everyone", "everything"}
"""First words of a phrase that speaks of several as of one."""


def are_several(words: str, found: int) -> bool:
    """Tell whether a name of so many things is a plural: "the two people are", "everyone is"."""
    return found > 1 and words.split()[0].lower() not in ONE_BY_ONE


def called(evidence: Evidence) -> str:
    """Return what to call a piece of evidence in a sentence."""
    if evidence.guessed:  # the phrase would claim that it is this very one
        return GUESSED
    if evidence.phrase or (evidence.label and evidence.sure >= DOUBTFUL):
        return spoken(evidence.phrase or evidence.label)
    return NAMES[evidence.kind]


def spoken(words: str) -> str:
    """Return how a person's own words for a thing stand in a sentence: "the dog", "everyone"."""
    first = words.split()[0]
    bare = first.lower() in WITHOUT_ARTICLE or first[0].isupper()
    return words if bare else f"the {words}"
