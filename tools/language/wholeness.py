"""Words that say what is to be whole: kinds by their nouns, parts of a thing, "all of"."""

from cropsmith.tools.schema.request import NeverCut

KINDS = {
    NeverCut.FACES: r"\b(?:heads?|faces?|hair|chin|forehead|eyes|smile|hats? on)$",
    NeverCut.TEXT: 
        r"\b(?:texts?|words?|letters?|lettering|writing|signs?|captions?|logos?|titles?"
        r"|subtitles?|inscriptions?|signage|labels?)$",
    NeverCut.PEOPLE: 
        r"\b(?:feet|foot|toes?|legs?|arms?|hands?|limbs?|fingers?|elbows?|knees?|body"
        r"|bodies|shoulders?|shoes)$",
}  # fmt: skip
LOW = r"\b(?:feet|foot|toes?|legs?|knees?|shoes|boots|ankles?)$"
PART = (
    r"'s? (?:tail|ears?|paws?|wings?|horns?|tips?|tops?|edges?|roof|wheels?|feet|legs"
    r"|trunk|mane|beak|handle)$"
)
WHOLE = (
    r"\b(?:(?:whole|entire|complete|full) (?:height|length|width|extent) of|whole|entire"
    r"|complete|full|all of|every"
    r" bit of)\b ?"
)
WHOLE_FULL = r"(?:moon|stop|name|house|glass|plate|stack|set|beard|time|back)"
PARTITIVE = (
    r"^(?:(?:a |the |any )?(?:parts?|bits?|tops?|tips?|back) of |(?:both|all|each) (?:of )?)"
)
