"""Which samples a study consists of, which are there already, and what the rest may cost."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cropsmith.agents.backends.calls.prices import price_of
from cropsmith.agents.backends.calls.purse import ANSWER_TOKENS, PICTURE_TOKENS
from cropsmith.agents.backends.protocol.backend import Tokens
from cropsmith.agents.settings.recipe import load_recipe, own_recipes
from cropsmith.errors import UsageError
from cropsmith.evals.baselines.registry import BASELINES, Baseline, fitted
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.datasets.registry import Selection, load
from cropsmith.evals.study.spec import DatasetSpec, Study, SystemSpec, digest
from cropsmith.evals.study.store import Store
from cropsmith.evals.trial import PAID_FOR, Mode, Protocol, Trial, offers, trial_for
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

KEY_VERSION = 1
"""Raise it when the same settings mean something else."""

CALLS = {"quick": 1, "standard": 4, "thorough": 9}
"""Model calls of one photo by effort, before any was measured."""
PROMPT_TOKENS = 900


@dataclass(frozen=True)
class Arm:
    """One system with all its settings, or a baseline."""

    name: str
    key: str
    """sha256 of everything that may change its answers."""
    spec: SystemSpec | None = None
    baseline: Baseline | None = None

    @property
    def looks(self) -> bool:
        """Whether it needs the photo's file."""
        return self.baseline.looks if self.baseline else True

    def does(self, protocol: Protocol) -> bool:
        """Tell whether it can answer this protocol."""
        if self.baseline:
            return self.baseline.does(protocol)
        rates = self.spec is not None and self.spec.asks_a_model
        return protocol is not Protocol.RATINGS or rates


@dataclass(frozen=True)
class Part:
    """A dataset under one protocol: one table of the report."""

    index: int
    spec: DatasetSpec
    dataset: Dataset
    protocol: Protocol
    photos: tuple[LabelledPhoto, ...]

    @property
    def title(self) -> str:
        """Dataset, part and protocol, in words."""
        return f"{self.spec.title}: {PROTOCOLS[self.protocol]}"


PROTOCOLS = {
    Protocol.FREE: "free crops",
    Protocol.RATIO: "crops of a given ratio",
    Protocol.TEXT: "crops for a given text",
    Protocol.SUBJECT: "crops of a given subject",
    Protocol.ANCHORS: "ranking the rated anchors",
    Protocol.VOTES: "ranking the voted pairs",
    Protocol.RATINGS: "rating whole photos",
}


@dataclass(frozen=True)
class Planned:
    """One sample to have."""

    key: str
    arm: Arm
    part: Part
    photo: LabelledPhoto
    trial: Trial


@dataclass
class Forecast:
    """What is left to do for one system on one part."""

    system: str
    part: str
    samples: int = 0
    done: int = 0
    retry: int = 0
    without_photo: int = 0
    seconds: float | None = None
    """Of work for one sample; None where nothing was measured yet."""
    cost: float | None = 0.0
    """US dollars for one sample; None where the price is not known."""

    @property
    def left(self) -> int:
        """Samples to run."""
        return self.samples - self.done


@dataclass
class Plan:
    """A study with its datasets loaded."""

    study: Study
    store: Store
    parts: list[Part] = field(default_factory=list)
    _hashes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arms_of(self) -> dict[int, list[Arm]]:
        """The systems of each part: baselines first, fitted to its dataset."""
        return {part.index: self._arms(part) for part in self.parts}

    def _arms(self, part: Part) -> list[Arm]:
        arms = []
        for name in self.study.baseline_names:
            row = BASELINES[name]
            if not row.does(part.protocol) and not row.learns:
                continue
            row = fitted(name, training_for(part))
            if not row.does(part.protocol):
                continue
            facts: dict[str, Any] = {"baseline": name}
            if row.learns:
                facts["labels"] = part.dataset.fingerprint
            arms.append(Arm(name, digest(facts), baseline=row))
        for spec in self.study.arms:
            arm = Arm(spec.name, digest(settings_of(spec, self.study)), spec=spec)
            if arm.does(part.protocol):
                arms.append(arm)
        return arms

    def samples(self, only: Part | None = None) -> Iterator[Planned]:
        """Yield every sample, photo by photo, so that a stopped study is even over its systems."""
        for part in self.parts if only is None else [only]:
            for photo in part.photos:
                present = self._sha256(photo.path)
                for seed in self.study.seeds:
                    trial = trial_for(photo, part.protocol, seed, may_keep=part.spec.keep)
                    given = _given(trial)
                    for arm in self.arms_of[part.index]:
                        if arm.looks and not present:
                            continue
                        # A blind baseline knows no pixels: its photo is a name.
                        seen = present if arm.looks else photo.name
                        key = hashlib.sha256(
                            f"{KEY_VERSION}\0{arm.key}\0{seen}\0{given}".encode()
                        ).hexdigest()
                        yield Planned(key, arm, part, photo, trial)

    def photos_present(self, part: Part) -> Iterator[tuple[LabelledPhoto, bool]]:
        """Yield a part's photos and whether their files are there."""
        for photo in part.photos:
            yield photo, bool(self._sha256(photo.path))

    def _sha256(self, path: str) -> str:
        """Return the photo's hash, "" if it is not there; read again only if the file changed."""
        if path not in self._hashes:
            file = Path(path)
            there = file.is_file()
            self._hashes[path] = self.store.photo_sha256(file, _hash) if there else ""
        return self._hashes[path]

    def forecast(self, again: frozenset[str] = frozenset()) -> list[Forecast]:
        """Return what is there and what is left, by part and system."""
        states = self.store.states()
        rows: dict[tuple[int, str], Forecast] = {}
        for part in self.parts:
            missing = sum(not self._sha256(p.path) for p in part.photos) * len(self.study.seeds)
            for arm in self.arms_of[part.index]:
                row = Forecast(arm.name, part.title, without_photo=missing if arm.looks else 0)
                row.seconds, row.cost = self._expected(arm)
                rows[part.index, arm.name] = row
        for planned in self.samples():
            row = rows[planned.part.index, planned.arm.name]
            row.samples += 1
            status = states.get(planned.key)
            if status is not None and status in PAID_FOR and status.value not in again:
                row.done += 1
            elif status is not None:
                row.retry += 1
        return list(rows.values())

    def _expected(self, arm: Arm) -> tuple[float | None, float | None]:
        """Return seconds and cost of one sample: as measured here, else by rule of thumb."""
        measured, seconds, cost = self.store.mean_of(arm.key)
        free = arm.spec is None or not arm.spec.asks_a_model
        if measured:
            return seconds, 0.0 if free else cost
        if free or arm.spec is None:
            return None, 0.0
        price = arm.spec.price or price_of(arm.spec.model)
        prompt = PROMPT_TOKENS + PICTURE_TOKENS * (1 + (arm.spec.S or 0))
        call = price.of(Tokens(prompt=prompt, completion=ANSWER_TOKENS)) if price else None
        rounds = arm.spec.L or 0
        return None, None if call is None else call * (CALLS[arm.spec.effort] + rounds)


def make_plan(study: Study, store: Store) -> Plan:
    """Load a study's datasets and lay out its parts. UsageError when one offers nothing."""
    plan = Plan(study, store)
    loaded: dict[tuple[Path, str], Dataset] = {}
    for spec in study.datasets:
        root = study.resolve(spec.path)
        if (root, spec.format) not in loaded:
            loaded[root, spec.format] = load(root, spec.format)
        whole = loaded[root, spec.format]
        chosen = Selection(spec.split, spec.fold, spec.limit).of(whole)
        for protocol in spec.protocols:
            photos = tuple(p for p in chosen.photos if offers(p, protocol))
            if not photos:
                raise UsageError(
                    f"{root} has no labels for the protocol '{protocol}'.",
                    hint=f"It offers: {', '.join(offered(whole)) or 'nothing'}.",
                )
            plan.parts.append(Part(len(plan.parts), spec, whole, protocol, photos))
    titles = [part.title for part in plan.parts]
    if twice := sorted({title for title in titles if titles.count(title) > 1}):
        raise UsageError(f"Two tables would be called '{twice[0]}'.", hint="Name the datasets.")
    return plan


def offered(dataset: Dataset) -> list[str]:
    """Return the protocols that a dataset's labels allow."""
    return [p.value for p in Protocol if any(offers(photo, p) for photo in dataset.photos)]


def training_for(part: Part) -> Sequence[LabelledPhoto]:
    """Return what a blind prior learns from: the training part where there is one, else all."""
    return [p for p in part.dataset.photos if p.split == "train"] or part.dataset.photos


def settings_of(spec: SystemSpec, study: Study) -> dict[str, Any]:
    """Return what may change a system's answers: settings, texts of prompts, a person's recipe."""
    facts: dict[str, Any] = {"settings": spec.settings}
    if spec.recipe in own_recipes():
        facts["recipe"] = load_recipe(spec.recipe).model_dump(mode="json", exclude_defaults=True)
    if spec.asks_a_model:
        facts["prompts"] = prompts_hash(study.resolve(spec.prompts) if spec.prompts else None)
    return facts


def prompts_hash(folder: Path | None) -> str:
    """Return the sha256 over all prompt templates, those of `folder` in place of ours."""
    from importlib.resources import files

    texts: dict[str, str] = {}
    texts.update(_markdown(files("cropsmith.prompts")))
    if folder is not None:
        if not folder.is_dir():
            raise UsageError(f"There is no folder of prompts at {folder}.")
        for path in sorted(folder.rglob("*.md")):
            name = path.relative_to(folder).as_posix()
            if name not in texts:
                raise UsageError(f"{path} replaces no prompt: there is none called {name}.")
            texts[name] = path.read_text("utf-8")
    return digest(texts)


def _markdown(folder: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda e: str(e.name)):
        if entry.is_dir():
            yield from _markdown(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".md"):
            yield f"{prefix}{entry.name}", entry.read_text("utf-8")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _given(trial: Trial) -> str:
    """Return the trial without its names, as one text."""
    parts: list[object] = [trial.protocol.value, trial.ratio, trial.text, trial.seed]
    parts.append(trial.may_keep)
    parts.append(trial.subject.corners if trial.subject else None)
    parts += [box.corners for box in trial.boxes]
    if trial.protocol.mode is Mode.RANK or trial.ratio:
        parts.append(trial.size)
    return repr(parts)
