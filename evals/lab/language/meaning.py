"""Whether an intent is what a label means, key by key (the keys are in docs/requests.md)."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cropsmith.evals.lab.language.likeness import part_of, same_thing, uncut_part
from cropsmith.evals.lab.language.shape_meaning import TRIM, shapes_meant
from cropsmith.tools.schema.request import Down, Intent, NeverCut, Phrase, Side, Tightness


def _things(meant: Sequence[str], found: Sequence[Phrase]) -> bool:
    """Tell whether every thing that was meant was found, and nothing else."""
    return all(any(same_thing(m, p) for p in found) for m in meant)


def _subject(means: Mapping[str, Any], intent: Intent) -> bool:
    if means.get("caption") or (means.get("as_it_is") and intent.keep):
        return True  # a photo left alone is about nothing
    meant = [*means.get("subject", [])]
    others = [*means.get("whole", []), *means.get("space_for", [])]
    found = list(intent.subjects)
    # A portrait, headshot or passport photo is of a person, named or not.
    shot = intent.shot is not None
    group = means.get("shot") == "group" and not found
    needed = [
        m
        for m in meant
        if not (shot and re.search(r"\bface\b", m))
        and not _everyone(m, intent)
        and not group
        and not (means.get("shot") == "group" and GROUPS.search(m))
    ]
    spare = [p for p in found if not any(same_thing(m, p) for m in [*meant, *others])]
    spare = [p for p in spare if not (_people(means) and GROUPS.search(p.head))]
    said = [words for key in ("subject", "whole", "space_for") for words in means.get(key, [])]
    spare = [p for p in spare if not any(part_of(p, words) for words in said)]
    # Who "me" is, only the photo shows: a label may say it as "the bride".
    unnamed = len(meant) < len(means.get("subject_in_photo", []))
    vague = [p for p in spare if p.text in ("me", "us", "woman", "man") or p.head == "people"]
    spare = [p for p in spare if not (unnamed and p in vague)]
    return _things(_parted(needed), found) and not spare


GROUPS = re.compile(r"\b(?:people|group|team|family|staff|class|crew|guests)$")
"""Everybody by another name."""


def _people(means: Mapping[str, Any]) -> bool:
    return means.get("shot") == "group" or any(
        "every" in w for w in [*means.get("whole", []), *means.get("subject", [])]
    )


def _everyone(meant: str, intent: Intent) -> bool:
    shown = any(p.head in ("everyone", "everybody", "people") for p in intent.subjects)
    shown = shown or NeverCut.PEOPLE in intent.never_cut
    return shown and re.search(r"every(?:one|body)", meant) is not None


def _parted(meant: Sequence[str]) -> list[str]:
    """Split "the bride and groom", named as one, in two."""
    return [part for m in meant for part in re.split(r" and (?!white)", m)]


def _avoid(means: Mapping[str, Any], intent: Intent) -> bool:
    meant, found = means.get("avoid", []), intent.avoid
    spare = [p for p in found if not any(same_thing(m, p) for m in meant)]
    # A strip that was cut away has taken what lay in it.
    cuts = means.get("cut_away", [])
    strip = any("share" in cut for cut in cuts) and bool(intent.keep_out)
    strip = strip or (any("up_to" in cut for cut in cuts) and bool(intent.edges))
    needed = [m for m in meant if not (re.search(r"\bsky\b", m) and intent.edges)]
    # "Less driveway" is a strip at the bottom to whoever sees the photo.
    spare = [] if _open_ended(means) and not meant else spare
    return bool(strip and not found and len(needed) == 1) or (_things(needed, found) and not spare)


def _open_ended(means: Mapping[str, Any]) -> bool:
    """Tell whether something along a side is to go, of which no measure was said."""
    cuts = means.get("cut_away", [])
    return any("up_to" not in cut and "share" not in cut for cut in cuts)


def _whole(means: Mapping[str, Any], intent: Intent) -> bool:
    for meant in means.get("whole", []):
        people = NeverCut.PEOPLE in intent.never_cut
        faces = NeverCut.FACES in intent.never_cut or people
        text = NeverCut.TEXT in intent.never_cut
        # What is named must stay, whole where a box of the shape can hold it (must_stay.py).
        kept = any(same_thing(meant, p) for p in intent.subjects)
        if re.search(r"head|face|eyes|mouth|chin|smile|hair|hat\b", meant):
            kept = kept or faces
        elif re.search(
            r"text|label|logo|plate|sign|number|caption|letters|inscription|writing", meant
        ):
            kept = kept or text
        elif re.search(r"feet|foot\b|legs|hands|fingers|toes|arms|shoes|boots|every|people", meant):
            kept = kept or people
        kept = kept or intent.tightness is Tightness.WIDEST
        kept = kept or uncut_part(meant, intent)
        if not kept:
            return False
    return True


def _at_waist(intent: Intent) -> bool:
    """Cut at the waist is a half body."""
    return any(re.search(r"waist|hips?$|belt", edge.phrase) for edge in intent.edges)


def _shot(means: Mapping[str, Any], intent: Intent) -> bool:
    meant = means.get("shot")
    if meant == "half body" and _at_waist(intent):
        return True
    if means.get("contradiction") and intent.contradictions:
        return True  # either of two genres that exclude each other
    if meant == "group" and intent.shot is None:
        return NeverCut.PEOPLE in intent.never_cut
    if meant is None and intent.shot is not None:
        return "profile" in str(means.get("shapes", "")).lower() or means.get("caption", False)
    return meant == intent.shot or (
        meant == "portrait" and intent.shot == "headshot" and "shapes" in means
    )


def _country(means: Mapping[str, Any], intent: Intent) -> bool:
    names = {
        "US": "United States", "UK": "United Kingdom", "GB": "United Kingdom", "DE": "Germany",
        "FR": "France", "ES": "Spain", "IT": "Italy", "PT": "Portugal", "IN": "India",
        "CA": "Canada", "AU": "Australia", "CN": "China", "JP": "Japan",
    }  # fmt: skip
    meant = means.get("country")
    return meant is None or (
        intent.passport is not None and intent.passport.country == names.get(meant, meant)
    )


def _place(means: Mapping[str, Any], intent: Intent) -> bool:
    near = {
        "left third": "left", "right third": "right", "upper third": "top", "lower third": "bottom",
    }  # fmt: skip
    wanted, found = means.get("place", []), intent.placement
    have = {str(one) for one in (found.across, found.down) if one and one is not Down.CENTER}
    if means.get("caption"):
        return not have
    return {near.get(p, p) for p in wanted} == {near.get(p, p) for p in have}


def _horizon(means: Mapping[str, Any], intent: Intent) -> bool:
    found = intent.placement.horizon
    kinds = {
        "high": (Down.TOP, Down.UPPER_THIRD),
        "low": (Down.BOTTOM, Down.LOWER_THIRD),
        "middle": (Down.CENTER,),
    }
    meant = means.get("horizon")
    strip = any("up_to" not in cut and "share" not in cut for cut in means.get("cut_away", []))
    return found is None or strip if meant is None else found in kinds[meant]


def _looking(means: Mapping[str, Any], intent: Intent) -> bool:
    return bool(means.get("looking_room")) == intent.placement.looking_room


def _headroom(means: Mapping[str, Any], intent: Intent) -> bool:
    return bool(means.get("headroom")) == intent.placement.headroom


def _space(means: Mapping[str, Any], intent: Intent) -> bool:
    meant, found = means.get("space"), intent.copy_space
    if meant is None:
        return found is None
    if meant["side"] == "unsaid":
        return found is None and bool(intent.unclear)
    if found is None:
        return False
    share = meant.get("share", found.share)
    return str(found.side) in str(meant["side"]).split() and abs(found.share - share) <= TRIM


def _cut_away(means: Mapping[str, Any], intent: Intent) -> bool:
    meant = means.get("cut_away", [])
    strips = sum(1 for cut in meant if "up_to" not in cut and "share" in cut)
    edges = [cut for cut in meant if "up_to" in cut]
    open_ended = [cut for cut in meant if "up_to" not in cut and "share" not in cut]
    sides = {Side.LEFT: lambda b: b.x1 == 0 and b.x2 < 1 and b.y1 == 0 and b.y2 == 1,
    Side.RIGHT: lambda b: b.x2 == 1 and b.x1 > 0,
             Side.TOP: lambda b: b.y1 == 0 and b.y2 < 1,
             Side.BOTTOM: lambda b: b.y2 == 1 and b.y1 > 0}  # fmt: skip
    for cut in meant:
        if "share" in cut:
            boxes = [b for b in intent.keep_out if sides[Side(cut["side"])](b)]
            if not any(abs(min(b.width, b.height) - cut["share"]) <= TRIM for b in boxes):
                return False
    same = len(edges) == len(intent.edges) and all(
        any(e.side == cut["side"] and same_thing(cut["up_to"], Phrase(text=e.phrase,
        head=e.phrase)) for e in intent.edges)
        for cut in edges
    )  # fmt: skip
    asked = (
        not open_ended
        or bool(intent.avoid)
        or bool(intent.unclear)
        or intent.placement.horizon is not None
    )
    same = same or (means.get("shot") == "half body" and not edges and _at_waist(intent))
    guessed = [b for cut in open_ended for b in intent.keep_out if sides[Side(cut["side"])](b)]
    return same and strips == len(intent.keep_out) - len(guessed) and asked


def _distance(means: Mapping[str, Any], intent: Intent) -> bool:
    meant, found = means.get("distance"), intent.tightness
    if means.get("contradiction") and intent.contradictions:
        return True
    if meant is None:
        return found is Tightness.NORMAL or (found is Tightness.WIDEST and bool(means.get("whole")))
    close, far = ("fill", "tight"), ("loose", "widest")
    return (
        str(found) == meant
        or (meant == "tight" and str(found) in close)
        or (meant == "loose" and str(found) in far)
    )


def _margin(means: Mapping[str, Any], intent: Intent) -> bool:
    return bool(abs((means.get("margin") or 0) - (intent.margin or 0)) <= TRIM)


def _least(means: Mapping[str, Any], intent: Intent) -> bool:
    meant, found = means.get("least_pixels"), intent.min_size
    if meant is None:
        return found is None
    numbers = [int(n) for n in re.findall(r"\d+", meant)]
    if found is None:
        return any(str(numbers[0]) in words for words in intent.unclear)
    return numbers[0] in (found.width, found.height)


def _answers(means: Mapping[str, Any], intent: Intent) -> bool:
    meant = means.get("answers", 1)
    # Three shapes are three answers, one of each.
    return meant == intent.alternatives or (
        intent.alternatives == 1 and meant == len(means.get("shapes", []))
    )


def _keep(means: Mapping[str, Any], intent: Intent) -> bool:
    meant = means.get("as_it_is")
    cropped = intent.keep is not True  # what is asked for by asking at all
    return meant == intent.keep or (meant is not True and cropped)


def _upscale(means: Mapping[str, Any], intent: Intent) -> bool:
    return bool(means.get("upscale", False)) == intent.upscale


def _file(means: Mapping[str, Any], intent: Intent) -> bool:
    meant, file = means.get("file", []), intent.file
    found = set()
    found |= {"no location"} if file.without_location else set()
    found |= {"no metadata"} if file.without_metadata else set()
    found |= {file.format} if file.format else set()
    if file.most_bytes:
        most = file.most_bytes
        found |= {f"at most {most // 1000} kB", f"at most {most / 1_000_000:g} MB"}
    extra = {one for one in found if not one.startswith("at most")} - set(meant)
    return (
        set(meant) <= found
        and not extra
        and any(m.startswith("at most") for m in meant) == bool(file.most_bytes)
    )


def _contradiction(means: Mapping[str, Any], intent: Intent) -> bool:
    return bool(means.get("contradiction")) == bool(intent.contradictions)


def _language(means: Mapping[str, Any], intent: Intent) -> bool:
    return bool(means.get("language", "en") == intent.language)


def _told(means: Mapping[str, Any], intent: Intent) -> bool:
    """Tell whether what has to be told was. Which person is meant, the search for them tells."""
    meant = [one for one in means.get("told", []) if not one.startswith(("which", "a different"))]
    if intent.straighten:  # written when that could not be done; what is done need not be told
        meant = [one for one in meant if not re.search(r"straighten|level|rotate|horizon", one)]
    return not meant or bool(intent.unclear or intent.contradictions)


CHECKS: Mapping[str, Callable[[Mapping[str, Any], Intent], bool]] = {
    "shapes": shapes_meant, "subject": _subject, "avoid": _avoid, "whole": _whole, "shot": _shot,
    "country": _country, "place": _place,
    "horizon": _horizon, "looking_room": _looking, "headroom": _headroom, "space": _space,
    "cut_away": _cut_away,
    "distance": _distance, "margin": _margin, "least_pixels": _least, "answers": _answers,
    "as_it_is": _keep,
    "upscale": _upscale, "file": _file, "contradiction": _contradiction, "language": _language,
    "told": _told,
}  # fmt: skip
