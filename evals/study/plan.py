"""Which samples a study consists of, which are there already, and what the rest may cost."""

import hashlib
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from stat import S_ISREG

from cropsmith.errors import UsageError
from cropsmith.evals.baselines.registry import BASELINES, Baseline, fitted
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.datasets.importer import Source, fetched, scheme_of
from cropsmith.evals.datasets.registry import Selection, load
from cropsmith.evals.measures import measures_for
from cropsmith.evals.study.cropper import Cropper, find_cropper
from cropsmith.evals.study.identity import baseline_facts, settings_of
from cropsmith.evals.study.spec import DatasetSpec, Study, SystemSpec, digest
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.variants import Guise, applies
from cropsmith.evals.trial import Mode, Protocol, Trial, offers, trial_for
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

KEY_VERSION = 2
"""Raise it when the same settings mean something else."""


@dataclass(frozen=True)
class Arm:
    """One system with all its settings, or a baseline."""

    name: str
    key: str
    """sha256 of everything that may change its answers."""
    spec: SystemSpec | None = None
    baseline: Baseline | None = None
    cropper: Cropper | None = None

    @property
    def by_chance(self) -> bool:
        """Whether another seed may give another answer."""
        if self.baseline:
            return self.baseline.by_chance
        if self.cropper:
            return self.cropper.by_chance
        return self.spec is not None and self.spec.asks_a_model

    @property
    def looks(self) -> bool:
        """Whether it needs the photo's file."""
        return self.baseline.looks if self.baseline else True

    def does(self, protocol: Protocol) -> bool:
        """Tell whether it can answer this protocol."""
        if self.baseline:
            return self.baseline.does(protocol)
        if self.cropper:
            return self.cropper.does(protocol)
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
    Protocol.ASKED: "crops as asked",
    Protocol.SUBJECT: "crops of a given subject",
    Protocol.GUIDE: "keep, refine or reject",
    Protocol.ANCHORS: "ranking the rated anchors",
    Protocol.VOTES: "ranking the voted pairs",
    Protocol.CANDIDATES: "choosing among candidates, the answer among them",
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
    guise: Guise | None = None
    """The photo is shown so."""
    of: str = ""
    """Key of the same sample on the photo itself."""


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
            labels = part.dataset.fingerprint if row.learns else ""
            arms.append(Arm(name, digest(baseline_facts(name, labels)), baseline=row))
        for spec in self.study.arms:
            facts = settings_of(spec, self.study, part.protocol.mode)
            cropper = find_cropper(spec.cropper, self.study.resolve) if spec.cropper else None
            arm = Arm(spec.name, digest(facts), spec=spec, cropper=cropper)
            if arm.does(part.protocol):
                arms.append(arm)
        return arms

    def samples(self, only: Part | None = None) -> Iterator[Planned]:
        """Yield every sample, photo by photo, so that a stopped study is even over its systems."""
        for part in self.parts if only is None else [only]:
            for photo in part.photos:
                present = self.sha256_of(photo.path)
                for seed in self.study.seeds:
                    trial = trial_for(photo, part.protocol, seed, may_keep=part.spec.keep)
                    given, drawn = _given(trial), f"\0{trial.seed}"
                    for arm in self.arms_of[part.index]:
                        if arm.looks and not present:
                            continue
                        # A blind baseline knows no pixels: its photo is a name.
                        seen = present if arm.looks else photo.name
                        facts = f"{KEY_VERSION}\0{arm.key}\0{seen}\0{given}"
                        # What knows no chance answers once, whatever the number of seeds.
                        facts += drawn if arm.by_chance else ""
                        key = hashlib.sha256(facts.encode()).hexdigest()
                        yield Planned(key, arm, part, photo, trial)

    def disguised(self, only: Part | None = None) -> Iterator[Planned]:
        """Yield the samples of photos in other guises, of the systems that look at photos."""
        parts = self.parts if only is None else [only]
        shown = (part for part in parts if part.spec.robustness)
        for planned in itertools.chain.from_iterable(map(self.samples, shown)):
            protocol = planned.part.protocol
            if not planned.arm.looks or protocol.mode is Mode.RANK:
                continue
            for guise in planned.part.spec.robustness:
                if applies(guise, planned.photo, protocol):
                    key = hashlib.sha256(f"{planned.key}\0{guise}".encode()).hexdigest()
                    yield replace(planned, key=key, guise=guise, of=planned.key)

    def everything(self) -> Iterator[Planned]:
        """Yield all samples to have, the photos themselves first."""
        yield from self.samples()
        yield from self.disguised()

    def photos_present(self, part: Part) -> Iterator[tuple[LabelledPhoto, bool]]:
        """Yield a part's photos and whether their files are there."""
        for photo in part.photos:
            yield photo, bool(self.sha256_of(photo.path))

    def sha256_of(self, path: str) -> str:
        """Return the photo's hash, "" if it is not there; read again only if the file changed."""
        if path not in self._hashes:
            try:
                stat = os.stat(path)
            except OSError:
                self._hashes[path] = ""
                return ""
            known = self._known.get(path)
            if known and known[:2] == (stat.st_size, stat.st_mtime_ns):
                self._hashes[path] = known[2]
            elif S_ISREG(stat.st_mode):
                self._hashes[path] = self.store.photo_sha256(Path(path), _hash)
            else:
                self._hashes[path] = ""
        return self._hashes[path]

    @cached_property
    def _known(self) -> dict[str, tuple[int, int, str]]:
        """What earlier runs read, in one query: photo by photo it was a third of a resume."""
        return self.store.photos()


def make_plan(study: Study, store: Store) -> Plan:
    """Load a study's datasets and lay out its parts. UsageError when one offers nothing."""
    plan = Plan(study, store)
    loaded: dict[tuple[Path, str], Dataset] = {}
    for spec in study.datasets:
        if scheme_of(spec.path):
            root = fetched(spec.path, spec.source or Source())
        else:
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
            if spec.metric:
                measures_for(photos, protocol, metric=spec.metric)  # raises for one that is none
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


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _given(trial: Trial) -> str:
    """Return the trial without its names, as one text."""
    parts: list[object] = [trial.protocol.value, trial.ratio, trial.text]
    parts.append(trial.may_keep)
    parts.append(trial.subject.corners if trial.subject else None)
    parts += ["centroid of the mask"] if trial.subject_mask else []
    parts += [box.corners for box in trial.boxes]
    if trial.protocol.mode is Mode.RANK or trial.ratio:
        parts.append(trial.size)
    return repr(parts)
