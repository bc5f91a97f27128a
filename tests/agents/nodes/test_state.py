import pickle

from hypothesis import given
from hypothesis import strategies as st

from cropsmith.agents.nodes.state import add_usage, merge_candidates
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.result import Usage


def candidate(name: str, total: float | None = None) -> Candidate:
    return Candidate(
        id=name,
        target=0,
        box=Box.whole(),
        provenance=Provenance(source="grid"),
        total=total,
    )


def test_a_scored_candidate_replaces_the_unscored_one_in_its_place() -> None:
    merged = merge_candidates((candidate("a"), candidate("b")), (candidate("a", 0.5),))
    assert [(c.id, c.total) for c in merged] == [("a", 0.5), ("b", None)]


@given(st.lists(st.sampled_from("abcdef")), st.lists(st.sampled_from("abcdef")))
def test_merging_keeps_every_id_once(known: list[str], news: list[str]) -> None:
    merged = merge_candidates(tuple(map(candidate, known)), tuple(map(candidate, news)))
    ids = [c.id for c in merged]
    assert len(ids) == len(set(ids))
    assert set(ids) == {*known, *news}


def test_an_unknown_cost_stays_unknown() -> None:
    known = Usage(calls=1, prompt_tokens=10, cost=0.5)
    assert add_usage(known, Usage(calls=1, cost=0.25)).cost == 0.75
    assert add_usage(known, Usage(calls=1, cost=None)).cost is None
    assert add_usage(None, known) == known


def test_parts_pickle_as_their_settings() -> None:
    parts = build_parts(RunSettings(seed=3, trace=False), recorder=MemoryTrace())
    again = pickle.loads(pickle.dumps(parts))
    assert again.settings == parts.settings
    assert not isinstance(again.recorder, MemoryTrace)
