"""The blind page: what people are shown, what they are not told, and what is kept."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from cropsmith.commands.voting import lesson_lines, vote_lines, vote_server
from cropsmith.errors import UsageError
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.vote.ballots import ORIGINAL, Ballots, pairs_of, read_votes
from cropsmith.evals.vote.server import VoteServer
from tests.evals.conftest import MakePhoto
from tests.evals.study.conftest import plan_of

STUDY = """
name = "vote"
baselines = ["centre 0.9", "centre 0.8", "random"]
[[datasets]]
path = "own"
"""
SYSTEMS = ("centre 0.9", "centre 0.8")


@pytest.fixture
def folder(tmp_path: Path, make_photo: MakePhoto) -> Path:
    rows = ["file,x1,y1,x2,y2"]
    for number in range(4):
        make_photo(tmp_path / "own" / f"{number}.jpg", shade=20 * number)
        rows.append(f"{number}.jpg,6,4,114,76")
    (tmp_path / "own" / "crops.csv").write_text("\n".join(rows), "utf-8")
    (tmp_path / "study.toml").write_text(STUDY, "utf-8")
    with Store(tmp_path / "samples.sqlite3", write=True) as store:
        Runner(plan_of(tmp_path, STUDY, store)).run()
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[VoteServer]:
    running = vote_server(
        folder / "study.toml", folder, SYSTEMS, original=True, host="127.0.0.1", port=0
    )
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def told(server: VoteServer, name: str) -> dict[str, object]:
    with urlopen(server.url + name) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def choose(server: VoteServer, **choice: str) -> dict[str, object]:
    asked = Request(
        server.url + "vote", json.dumps(choice).encode(), {"content-type": "application/json"}
    )
    with urlopen(asked) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def test_pairs_are_of_different_crops_with_the_original_among_them(folder: Path) -> None:
    with Store(folder / "samples.sqlite3", write=False) as store:
        plan = plan_of(folder, STUDY, store)
        pairs = pairs_of(plan, SYSTEMS)
        assert len(pairs) == 4 * 3
        names = {side.system for pair in pairs for side in pair.sides}
        assert names == {*SYSTEMS, ORIGINAL}
        assert len(pairs_of(plan, SYSTEMS, original=False)) == 4
        with pytest.raises(UsageError, match="no two crops"):
            pairs_of(plan)  # baselines are shown when they are named
        with pytest.raises(UsageError, match="no system 'x'"):
            pairs_of(plan, ["x"])
    # Who stands on the left is by chance, and the same when the page is loaded again.
    first = [pair.shown_to("ann")[0] is pair.sides[0] for pair in pairs]
    assert first == [pair.shown_to("ann")[0] is pair.sides[0] for pair in pairs]
    assert len({pair.shown_to(str(n))[0].system for n in range(40) for pair in pairs[:1]}) == 2


def test_nothing_that_reaches_the_page_names_a_system(server: VoteServer) -> None:
    for name in ("", "vote.js", "vote.css", "next?person=ann"):
        with urlopen(server.url + name) as answer:
            text = answer.read().decode()
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert not any(system in text for system in (*SYSTEMS, ORIGINAL, ".jpg"))
    pair = told(server, "next?person=ann")["pair"]
    with urlopen(f"{server.url}crop/{pair}/first?person=ann") as answer:
        assert answer.headers["Content-Type"] == "image/jpeg" and answer.read()[:2] == b"\xff\xd8"


def test_two_people_choose_and_the_known_order_comes_out(server: VoteServer, folder: Path) -> None:
    order = [ORIGINAL, "centre 0.8", "centre 0.9"]  # from the least liked
    for person in ("ann", "ben"):
        state = told(server, f"next?person={person}")
        while "pair" in state:
            pair = server.ballots.pairs[str(state["pair"])]
            a, b = (order.index(side.system) for side in pair.shown_to(person))
            choice = "first" if a > b else "second"
            state = choose(server, person=person, pair=pair.id, choice=choice)
        assert state == {"done": 12, "all": 12}
    lines = list(vote_lines(folder))
    assert lines[0] == "24 choices of 2: ann, ben"
    assert [line[:32].strip() for line in lines[2:5]] == order[::-1]
    assert "alike in 100 % of 12" in lines[-1]


def test_choices_are_kept_and_a_later_one_counts(server: VoteServer, folder: Path) -> None:
    pair = str(told(server, "next?person=ann")["pair"])
    assert choose(server, person="ann", pair=pair, choice="bad")["done"] == 1
    assert choose(server, person="ann", pair=pair, choice="first")["done"] == 1
    ((person, id, duel),) = read_votes(folder)
    assert (person, id, duel.winner) == (
        "ann", pair, server.ballots.pairs[pair].shown_to("ann")[0].system
    )  # fmt: skip
    # Another day, another server: nobody is asked again.
    again = Ballots(list(server.ballots.pairs.values()), folder)
    assert again.count("ann") == 1 and again.next_for("ann") != server.ballots.pairs[pair]


def test_strangers_and_nonsense_are_turned_away(server: VoteServer, folder: Path) -> None:
    outside = server.url.replace(server.secret, "guess")
    for address in (outside, outside + "next?person=a", server.url + "../study.toml",
                    server.url + "crop/x/first"):  # fmt: skip
        with pytest.raises(HTTPError, match="404"):
            urlopen(address)
    with pytest.raises(HTTPError, match="400"):
        choose(server, person="ann", pair="x", choice="first")
    with pytest.raises(HTTPError, match="404"):
        urlopen(Request(server.url + "vote", b"{}", {"content-type": "text/plain"}))
    with pytest.raises(UsageError, match="Nobody has chosen"):
        list(vote_lines(folder))


def test_a_choice_can_be_taken_back(server: VoteServer, folder: Path) -> None:
    first, second = str(told(server, "next?person=Ann")["pair"]), ""
    second = str(choose(server, person="Ann", pair=first, choice="first")["pair"])
    choose(server, person="Ann", pair=second, choice="bad")
    assert len(read_votes(folder)) == 2

    def undo() -> dict[str, object]:
        asked = Request(
            server.url + "undo", b'{"person": "Ann"}', {"content-type": "application/json"}
        )
        with urlopen(asked) as answer:
            found: dict[str, object] = json.load(answer)
            return found

    assert undo() == {"done": 1, "all": 12, "pair": second, "text": ""}
    assert [pair for _, pair, _ in read_votes(folder)] == [first]
    assert undo()["pair"] == first and undo()["pair"] == first
    assert read_votes(folder) == []
    # A page that is opened anew goes on where the choices that stand end.
    again = Ballots(list(server.ballots.pairs.values()), folder)
    found = again.next_for("Ann")
    assert found and found.id == first


def test_choices_teach_whom_figures_agree_with(folder: Path, tmp_path: Path) -> None:
    study = folder / "study.toml"
    running = vote_server(study, folder, SYSTEMS, original=True, host="127.0.0.1", port=0)
    running.server_close()
    # Somebody who always likes the looser frame: the centred 90 % box is the experts' own.
    order = {ORIGINAL: 2, "centre 0.9": 1, "centre 0.8": 0}
    for pair in running.ballots.pairs.values():
        shown = [order[side.system] for side in pair.shown_to("Bo")]
        running.ballots.choose("Bo", pair.id, "first" if shown[0] > shown[1] else "second")
    out = tmp_path / "pairs.jsonl"
    lines = "\n".join(lesson_lines(study, folder, out))
    assert "IoU" in lines and "wrote 12 preference pairs" in lines
    agreed = next(line for line in lines.splitlines() if line.strip().endswith("% of 12")
                  and ": IoU " in line)  # fmt: skip
    # .9 over .8 and the photo over .8 go with IoU, the photo over .9 does not.
    assert "67 %" in agreed
    assert "own: free crops: centre 0.9" in lines and "100 % of 4" in lines
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert {row["chosen"]["system"] for row in rows} == {ORIGINAL, "centre 0.9"}
    assert all(len(row["chosen"]["box"]) == 4 for row in rows)
    assert str(tmp_path) not in out.read_text("utf-8")


def test_who_says_nothing_or_nonsense_is_told(server: VoteServer) -> None:
    with pytest.raises(HTTPError) as nobody:
        told(server, "next")
    assert nobody.value.code == 400 and b"who chooses" in nobody.value.read()
    for body in (b"", b"[]", b"{", b'{"person": "a"}'):
        asked = Request(server.url + "vote", body, {"content-type": "application/json"})
        with pytest.raises(HTTPError) as nonsense:
            urlopen(asked)
        assert json.load(nonsense.value) == {"error": "That is no choice."}


def test_an_address_that_is_taken_is_one_sentence(server: VoteServer) -> None:
    with pytest.raises(UsageError, match="cannot be served at 127"):
        VoteServer(server.ballots, port=int(server.server_address[1]))
