from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box


def draft(source: str, *, id: str = "", reason: str = "", detail: str = "") -> Candidate:
    provenance = Provenance(source=source, detail=detail)
    return Candidate(id=id, target=0, box=Box.whole(), provenance=provenance, reason=reason)


def test_a_candidate_keeps_every_source_once_and_the_first_reason_given() -> None:
    made = draft("original", id="0.0.0").joined(draft("m", reason="calm", detail="symmetry"), 3)
    made = made.joined(draft("m", reason="other"), 5).joined(draft("builtin"), 6)
    assert made.sources == ("original", "m", "builtin")
    assert made.reason == "calm"
    assert made.also[0] == Provenance(source="m", detail="symmetry", place=3)
    assert all(made.proposed_by(source) for source in made.sources)
    assert not made.proposed_by("grounded")


def test_a_sources_candidates_sort_as_it_proposed_them() -> None:
    first, last = draft("m", id="0.0.9"), draft("m", id="0.0.10")
    between = draft("original", id="0.0.0").joined(draft("m"), 10)
    mixed = [last, between, first]
    assert sorted(mixed, key=lambda c: c.arrival("m")) == [first, between, last]
    assert sorted(mixed, key=lambda c: c.arrival("original"))[0] is between


def test_one_source_leaves_no_further_word_in_json_and_several_come_back() -> None:
    alone = draft("m", id="0.0.1")
    assert "also" not in alone.model_dump(mode="json")
    assert "place" not in alone.model_dump(mode="json")["provenance"]
    both = alone.joined(draft("builtin"), 4)
    assert Candidate.model_validate_json(both.model_dump_json()) == both
