"""`cropsmith train clipcrop`: from a folder of labelled photos to a decoder's folder."""

# ruff: noqa: TID253
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from pydantic import Field, field_validator

from cropsmith.errors import UsageError
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.training.clipcrop.criterion import Weights, set_loss
from cropsmith.evals.training.clipcrop.looks import Batch, EyeLooks, Looks, OwlLooks
from cropsmith.evals.training.data.guard import Guard
from cropsmith.evals.training.data.manifest import Manifest, commit
from cropsmith.evals.training.data.pupils import Pupils, pupils
from cropsmith.evals.training.folder import Folder, held
from cropsmith.evals.training.loop import Loss, Plan, Progress, Step, train
from cropsmith.tools.clipcrop.checkpoint import save_decoder
from cropsmith.tools.clipcrop.choice import usable
from cropsmith.tools.clipcrop.decoder import CropDecoder
from cropsmith.tools.clipcrop.eye import EYE
from cropsmith.tools.clipcrop.owl import fit_to_decode
from cropsmith.tools.clipcrop.shape import Shape
from cropsmith.tools.grounding.owl import ALIASES, load_owl
from cropsmith.tools.schema.geometry import iou_matrix
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.values import Value


class Course(Value):
    """What is trained, and how."""

    backbone: str = EYE
    """"eye", or an OWL-ViT: its folder or name."""
    split: str = "train"
    base: bool = False
    """ClipCrop-base: nothing selects."""
    mosaics: bool = True
    """With OWL-ViT only; without, its tokens are computed once."""
    width: int = 256
    heads: int = 8
    layers: int = 6
    feedforward: int = 2048
    outputs: int = 90
    dropout: float = 0.1
    weights: Weights = Weights()
    plan: Plan = Field(default_factory=Plan)

    @field_validator("backbone")
    @classmethod
    def _wherever(cls, name: str) -> str:
        """A folder by its whole path: the decoder is used from other folders than this one."""
        folder = Path(name).expanduser()
        here = name not in ALIASES and (folder / "config.json").is_file()
        return str(folder.absolute()) if here else name

    @property
    def told_backbone(self) -> str:
        """Its name, without the place on this machine where its folder lies."""
        folder = Path(self.backbone)
        return folder.name if folder.is_absolute() else self.backbone

    def shape(self, channels: int) -> Shape:
        """Return the decoder's shape over tokens of this width."""
        sizes = ("width", "heads", "layers", "feedforward", "outputs", "dropout")
        return Shape(
            backbone=self.backbone,
            channels=channels,
            **{name: getattr(self, name) for name in sizes},
        )


def pupils_of(data: Dataset, course: Course, tests: Sequence[Dataset] = ()) -> Pupils:
    """Return the photos of a data set that may teach a course.

    UsageError, one sentence, where there are none, or no captions though words are to select.
    """
    found = pupils(data, course.split, Guard(tests), lambda photo: bool(photo.crops), "crops")
    if course.backbone != EYE and not course.base and not any(p.text for p in found.photos):
        raise UsageError(
            f"{data.root} has no captions, and ClipCrop's words come from them.",
            hint="Put ClipCrop's train.json into captions/ beside the labels, or train --base.",
        )
    return found


def looks_for(photos: Sequence[LabelledPhoto], course: Course, place: str) -> EyeLooks | OwlLooks:
    """Return what makes the course's batches; UsageError, WeightsMissing for the backbone."""
    if course.backbone == EYE:
        return EyeLooks(photos, base=course.base)
    detector = load_owl(course.backbone, place)
    fit_to_decode(detector)
    return OwlLooks(detector, photos, base=course.base, mosaics=course.mosaics)


def teach(
    data: Dataset,
    course: Course,
    out: Path,
    tests: Sequence[Dataset] = (),
    place: str = "cpu",
    progress: Progress | None = None,
) -> Manifest:
    """Train a decoder into a folder, or go on with the one begun there; return its manifest."""
    found = pupils_of(data, course, tests)
    said = course.model_dump_json() + found.taught.model_dump_json()
    # Another training's folder is refused before the photos are looked at.
    with held(out, hashlib.sha256(said.encode()).hexdigest()) as folder:
        looks = looks_for(found.photos, course, place)
        torch.manual_seed(course.plan.seed)
        decoder = CropDecoder(course.shape(looks.channels)).to(place)
        taught(decoder, looks, course, len(found.photos), place, folder, progress)
        save_decoder(decoder, out)
        manifest = Manifest(
            kind="clipcrop",
            seed=course.plan.seed,
            commit=commit(),
            data=found.taught,
            plan={
                **course.plan.model_dump(),
                "backbone": course.told_backbone,
                "base": course.base,
                "mosaics": course.mosaics,
            },
            metrics=fit(decoder, looks, len(found.photos), place),
        )
        manifest.write(out)
    return manifest


def taught(
    decoder: CropDecoder,
    looks: Looks,
    course: Course,
    photos: int,
    place: str = "cpu",
    folder: Folder | None = None,
    progress: Progress | None = None,
) -> float:
    """Train a decoder in place over its looks; return the last loss."""

    def loss_of(step: Step) -> Loss:
        batch = looks.drawn(step)
        truths = [one.to(place) for one in batch.truths]
        loss = set_loss(decoder(*batch.read(place)), truths, course.weights)
        return Loss(loss.total, {**loss.parts, "ambiguous": float(batch.ambiguous)})

    return train(decoder, course.plan, photos, loss_of, folder, progress)


def fit(decoder: CropDecoder, looks: Looks, photos: int, place: str = "cpu") -> dict[str, float]:
    """Return mean IoU with the nearest good crop on the photos that taught: how well it fits.

    `taught_top`: the output of highest quality; `taught_expected`: of highest expected overlap;
    `taught_best`: the best of all.
    """
    rows = [overlaps(decoder, looks.plain(row), place) for row in range(photos)]
    means = np.mean(rows, 0)
    return dict(zip(("taught_top", "taught_expected", "taught_best"), means.tolist(), strict=True))


def overlaps(decoder: CropDecoder, batch: Batch, place: str = "cpu") -> tuple[float, float, float]:
    """Return IoU of the top, the expected and the best output of one photo; 0 without outputs."""
    with torch.no_grad():
        decoded = decoder(*batch.read(place))
    found = usable(*(np.asarray(v[-1, 0].double().cpu()) for v in (decoded.boxes, decoded.logits)))
    if not len(found.boxes):
        return 0.0, 0.0, 0.0
    good = batch.truths[0].good.double().cpu().numpy()
    iou = iou_matrix(found.boxes, good).max(1)
    return (
        float(iou[found.logits.argmax()]),
        float(iou[found.worth(found.boxes).argmax()]),
        float(iou.max()),
    )
