"""`cropsmith train clipcropping`: from folders of labelled photos to a rater's folder."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import Field

from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.training.clipcropping.labels import has_any, ranks
from cropsmith.evals.training.clipcropping.stages import Crops, elements_of, stages
from cropsmith.evals.training.clipcropping.start import RN50, begun
from cropsmith.evals.training.data.guard import Guard
from cropsmith.evals.training.data.manifest import Manifest, commit
from cropsmith.evals.training.data.pupils import pupils
from cropsmith.evals.training.folder import held
from cropsmith.evals.training.loop import Plan, Progress
from cropsmith.tools.models.trained import save_trained
from cropsmith.tools.schema.values import Value
from cropsmith.tools.scorers.elements import Family

ProgressOf = Callable[[str], Progress | None]


class Steady(Plan):
    """A stage's plan; the paper prints passes and rates alone, the rest is a choice here."""

    batch: int = Field(8, ge=1)
    decay: float = Field(0.01, ge=0)
    clip: float = Field(1.0, gt=0)
    drop: float = Field(1.0, gt=0, le=1)


class Course(Value):
    """What is trained, and how."""

    clip: str = RN50
    """open_clip's `MODEL:WEIGHTS`, or a folder; one that sees by a ResNet."""
    split: str = "train"
    joint: bool = False
    """One stage of all losses (Eq. 16) in place of one after the other (Algorithm 1)."""
    mask_other_positives: bool = False
    """Whether a photo's other elements are left out of InfoNCE; the paper holds them against it."""
    temperature: float | None = Field(None, gt=0)
    """Of InfoNCE; None is CLIP's own. The paper prints none."""
    composition: Steady = Steady(epochs=10, rate=1e-7)
    aesthetic: Steady = Steady(epochs=10, rate=1e-6)
    crop: Steady = Steady(epochs=60, rate=5e-6)

    @property
    def plans(self) -> Mapping[str, Plan]:
        """The plans by stage."""
        return {"composition": self.composition, "aesthetic": self.aesthetic, "crop": self.crop}


def teach(
    data: Dataset,
    knowledge: Mapping[Family, Dataset],
    course: Course,
    out: Path,
    tests: Sequence[Dataset] = (),
    place: str = "cpu",
    progress: ProgressOf = lambda _: None,
) -> Manifest:
    """Train a rater into a folder, or go on with the one begun there; return its manifest.

    A family without data is not taught: the paper's ablations. Each stage keeps its state and its
    log in a folder of its name. UsageError for data that cannot teach, and for another training's
    folder.
    """
    guard = Guard(tests)
    cropped = pupils(data, course.split, guard, ranks, "scored or voted crops")
    taught = {
        family: pupils(source, course.split, guard, has_any(family), f"{family} elements")
        for family, source in knowledge.items()
    }
    model = begun(course.clip, tuple(taught), course.crop.seed).to(place)
    crops = Crops(model, cropped.photos)
    families = {
        family: elements_of(
            model,
            family,
            found.photos,
            temperature=course.temperature,
            mask=course.mask_other_positives,
        )
        for family, found in taught.items()
    }
    said = [course, model.shape, cropped.taught, *(found.taught for found in taught.values())]
    fingerprint = hashlib.sha256(
        "".join(one.model_dump_json() for one in said).encode()
    ).hexdigest()
    metrics: dict[str, float] = {}
    with held(out, fingerprint) as folder:
        for stage in stages(model, families, crops, course.plans, joint=course.joint):
            stage.run(model, folder.of(stage.name), progress(stage.name))
            if stage.name in families:
                metrics[f"taught_{stage.name}"] = families[stage.name].accuracy()
        save_trained(model, model.shape, out)
        # The visual side has moved since the branches learnt, and explanations rest on both.
        at_end = {f"taught_{family}_at_end": one.accuracy() for family, one in families.items()}
        manifest = Manifest(
            kind="clipcropping",
            seed=course.crop.seed,
            commit=commit(),
            data=cropped.taught,
            knowledge={family: found.taught for family, found in taught.items()},
            plan=told(course, model.shape.clip, (*families, "crop")),
            metrics={**metrics, **at_end, **crops.fit()},
        )
        manifest.write(out)
    return manifest


def told(course: Course, clip: str, learnt: Sequence[str]) -> dict[str, int | float | str | bool]:
    """Return a course as the manifest tells it: no path of this machine, no plan that was idle."""
    plain = {"joint": course.joint, "mask_other_positives": course.mask_other_positives}
    plans = {
        f"{stage}.{name}": value
        for stage in (("crop",) if course.joint else learnt)
        for name, value in course.plans[stage].model_dump().items()
    }
    return {"clip": clip, **plain, "temperature": course.temperature or "CLIP's own", **plans}
