"""What `cropsmith eval vote` does: serve the blind page, tell what people chose."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cropsmith.agents.settings.sources import find_settings
from cropsmith.errors import UsageError
from cropsmith.evals.report.writing import opened
from cropsmith.evals.statistics.duels import agreement, strengths
from cropsmith.evals.vote.ballots import Ballots, pairs_of, read_votes
from cropsmith.evals.vote.lessons import (
    choices_of,
    figures_agree,
    kept_rather,
    sure_and_right,
    write_preferences,
)
from cropsmith.evals.vote.server import VoteServer
from cropsmith.evals.vote.weight import FEWEST, contests, learn
from cropsmith.settings import state
from cropsmith.tools.schema.plain_text import visible_line


def vote_server(
    study: Path, folder: Path, systems: Sequence[str], *, original: bool, host: str, port: int
) -> VoteServer:
    """Return the server of a study's blind page, ready to serve."""
    with opened(study, folder, write=False) as plan:
        pairs = pairs_of(plan, systems, original=original)
    return VoteServer(Ballots(pairs, folder), host, port)


def lesson_lines(study: Path, folder: Path, preferences: Path | None) -> Iterator[str]:
    """Yield what the choices teach beside the order; write preference pairs where asked to."""
    duels = [duel for _, _, duel in read_votes(folder)]
    with opened(study, folder, write=False) as plan:
        choices = choices_of(plan, duels)
        figures = figures_agree(plan, choices)
    for title, rows in (
        ("A figure was better for the crop that people chose:", figures),
        ("People chose the whole photo over the crop of:", kept_rather(choices)),
        ("A crop was chosen, by how sure its system was:", sure_and_right(choices)),
    ):
        if rows:
            yield title
        for one in rows:
            name = visible_line(f"{one.table}: {one.name}")
            yield f"  {name:60} {100 * one.share:5.0f} % of {one.choices:,}"
    if preferences is not None:
        count = write_preferences(choices, preferences)
        yield f"wrote {count:,} preference pairs to {visible_line(str(preferences))}"


def vote_lines(folder: Path) -> Iterator[str]:
    """Yield what the choices so far say. UsageError where there are none."""
    duels = [duel for _, _, duel in read_votes(folder)]
    if not duels:
        raise UsageError("Nobody has chosen yet.", hint="Run: cropsmith eval vote STUDY")
    people = sorted({duel.person for duel in duels})
    yield f"{len(duels):,} choices of {len(people)}: {visible_line(', '.join(people))}"
    yield f"{'':32} {'chosen':>8} {'95 %':>15} {'won':>6} {'lost':>6} {'both bad':>9}"
    for one in strengths(duels):
        spread = f"{100 * one.low:.0f} to {100 * one.high:.0f} %"
        yield (
            f"{visible_line(one.name):32} {100 * one.value:6.0f} % {spread:>15} "
            f"{one.won:6,} {one.lost:6,} {one.bad:9,}"
        )
    alike = agreement(duels)
    if alike.pairs:
        yield (
            f"Two people chose alike in {100 * alike.share:.0f} % of {alike.pairs:,} pairs of "
            f"choices (kappa {alike.kappa:.2f})."
        )
    else:
        yield "No pair was seen by two people, so nothing can be said of agreement."


def weight_lines(study: Path, folder: Path, *, keep: bool) -> Iterator[str]:
    """Yield what the choices say of the setting `own_weight`; `keep` states it in config.toml.

    It is kept only where it foretells choices on photos it has not seen better than the present
    one; UsageError where it does not.
    """
    duels = [duel for _, _, duel in read_votes(folder)]
    present = find_settings().settings.own_weight
    with opened(study, folder, write=False) as plan:
        found = contests(plan, choices_of(plan, duels))
    learnt = learn(found, present)
    if learnt is None:
        raise UsageError(
            f"{len({one.photo for one in found})} photos have choices between a model's own crop "
            f"and another's; {FEWEST} are needed.",
            hint="Those that the photographer was fitted to do not count.",
        )
    gap = learnt.better.difference
    yield (
        f"{learnt.choices:,} choices on {learnt.photos:,} photos ask for own_weight = "
        f"{learnt.weight:g}; in use is {present:g}."
    )
    yield (
        f"On photos it was not learnt on it foretells {100 * learnt.right:.1f} %, the one in use "
        f"{100 * learnt.right_now:.1f} % (95 % of the difference: {100 * gap.low:+.1f} to "
        f"{100 * gap.high:+.1f})."
    )
    if not keep:
        return
    if not learnt.holds:
        raise UsageError("That is not shown to be better, so nothing is changed.")
    path = state("own_weight", f"{learnt.weight:g}")
    yield f"Stated in {visible_line(str(path))}; `cropsmith eval align --reset` takes it out."
