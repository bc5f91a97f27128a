import pytest

from cropsmith.evals.datasets.wording import word
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Intent

SIZE = Size(width=1200, height=800)
SEEDS = [str(seed) for seed in range(40)]


def meant(text: str) -> Intent:
    return understand(CropRequest(text=text), SIZE)


@pytest.mark.parametrize("ratio", ["1:1", "4:5", "16:9"])
def test_the_words_say_what_is_marked(ratio: str) -> None:
    """Else the figures would blame the photographer for a request that says something else."""
    for seed in SEEDS:
        named = word("named", ratio, seed, label="couch")
        intent = meant(named.text)
        assert [str(target.ratio) for target in intent.targets] == [ratio], named.text
        assert [phrase.head for phrase in intent.subjects] == [named.noun], named.text
        without = word("without", ratio, seed, label="dog")
        intent = meant(without.text)
        assert [str(target.ratio) for target in intent.targets] == [ratio], without.text
        assert [phrase.head for phrase in intent.avoid] == ["dog"], without.text
        assert not intent.subjects, without.text


@pytest.mark.parametrize("side", ["left", "right"])
def test_free_room_is_asked_for_at_the_side(side: str) -> None:
    for seed in SEEDS:
        asked = word("space", "16:9", seed, side=side).text
        space = meant(asked).copy_space
        assert space and space.side == side, asked


def test_words_vary_and_come_back_with_the_seed() -> None:
    texts = [word("named", "1:1", seed, label="tv").text for seed in SEEDS]
    assert texts == [word("named", "1:1", seed, label="tv").text for seed in SEEDS]
    assert len(set(texts)) > 10
    assert any("television" in text for text in texts) and any(" tv" in text for text in texts)
