"""`cropsmith train`: teaches the published systems on data of your own."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cropsmith.tools.scorers.elements import Family

app = typer.Typer(
    help="Train the published systems; stop and go on whenever you like.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

lessons_app = typer.Typer(
    help="Write lessons for VLMs, for TRL and LLaMA-Factory.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(lessons_app, name="lessons")


@app.callback()
def train() -> None:
    """Train the published systems; stop and go on whenever you like."""


@app.command()
def clipcrop(
    data: Annotated[Path, typer.Argument(help="Folder of a data set with crops: fcdb, gaicd.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the decoder.")],
    backbone: Annotated[
        str, typer.Option(help="Whose tokens it reads: eye, or an OWL-ViT's name or folder.")
    ] = "eye",
    split: Annotated[str, typer.Option(help="Part of the data that teaches.")] = "train",
    tests: Annotated[
        list[Path] | None,
        typer.Option("--test-data", help="Data sets whose test photos must not teach; repeat it."),
    ] = None,
    base: Annotated[bool, typer.Option("--base", help="ClipCrop-base: no words.")] = False,
    mosaics: Annotated[
        bool, typer.Option("--mosaics/--no-mosaics", help="Mosaics, with an OWL-ViT.")
    ] = True,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the photos.")] = 300,
    batch: Annotated[int, typer.Option(min=1, help="Photos a step.")] = 16,
    rate: Annotated[float, typer.Option(help="Learning rate.")] = 1e-4,
    width: Annotated[int, typer.Option(min=8, help="Of the decoder.")] = 256,
    layers: Annotated[int, typer.Option(min=1, max=24, help="Of the decoder.")] = 6,
    outputs: Annotated[int, typer.Option(min=1, max=900, help="Crops a photo.")] = 90,
    seed: Annotated[int, typer.Option(min=0, help="Of all that is drawn.")] = 0,
    device: Annotated[str, typer.Option(help="torch's device; a GPU where there is one.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Train ClipCrop's decoder. Run it again after a stop: it goes on where it was saved."""
    from cropsmith.commands.training import train_clipcrop

    for line in train_clipcrop(
        data,
        out,
        tests or (),
        {
            "backbone": backbone,
            "split": split,
            "base": base,
            "mosaics": mosaics,
            "width": width,
            "feedforward": 8 * width,
            "layers": layers,
            "outputs": outputs,
            "plan": {"epochs": epochs, "batch": batch, "rate": rate, "seed": seed},
        },
        device,
        quiet=quiet or not sys.stderr.isatty(),
    ):
        print(line)


@app.command()
def clipcropping(
    data: Annotated[
        Path, typer.Argument(help="Folder of a data set with scored or voted crops: gaicd, fcdb.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the rater.")],
    composition: Annotated[
        Path | None, typer.Option(help="Folder of CADB; without, nothing of composition is taught.")
    ] = None,
    aesthetic: Annotated[
        Path | None, typer.Option(help="Folder of AADB; without, nothing of aesthetics is taught.")
    ] = None,
    clip: Annotated[
        str, typer.Option(help="CLIP to begin with: open_clip's MODEL:WEIGHTS or a folder.")
    ] = "RN50:openai",
    split: Annotated[str, typer.Option(help="Part of the data that teaches.")] = "train",
    tests: Annotated[
        list[Path] | None,
        typer.Option("--test-data", help="Data sets whose test photos must not teach; repeat it."),
    ] = None,
    joint: Annotated[bool, typer.Option("--joint", help="All losses at once.")] = False,
    mask: Annotated[
        bool,
        typer.Option("--mask-other-positives", help="Hold no element of a photo against another."),
    ] = False,
    temperature: Annotated[
        float | None, typer.Option(help="Of the elements' loss; CLIP's own if not given.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the crops' photos.")] = 60,
    knowledge_epochs: Annotated[
        int, typer.Option(min=1, help="Passes over the elements' photos.")
    ] = 10,
    batch: Annotated[int, typer.Option(min=1, help="Photos a step.")] = 8,
    rate: Annotated[float, typer.Option(help="Learning rate of the crops.")] = 5e-6,
    composition_rate: Annotated[float, typer.Option(help="Of the composition's elements.")] = 1e-7,
    aesthetic_rate: Annotated[float, typer.Option(help="Of the aesthetic elements.")] = 1e-6,
    seed: Annotated[int, typer.Option(min=0, help="Of all that is drawn.")] = 0,
    device: Annotated[str, typer.Option(help="torch's device; a GPU where there is one.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Train CLIPCropping. Run it again after a stop: it goes on where it was saved."""
    from cropsmith.commands.training import train_clipcropping

    taught: dict[Family, Path | None] = {"composition": composition, "aesthetic": aesthetic}
    plans = {
        "composition": (knowledge_epochs, composition_rate),
        "aesthetic": (knowledge_epochs, aesthetic_rate),
        "crop": (epochs, rate),
    }
    for line in train_clipcropping(
        data,
        {family: folder for family, folder in taught.items() if folder is not None},
        out,
        tests or (),
        {
            "clip": clip,
            "split": split,
            "joint": joint,
            "mask_other_positives": mask,
            "temperature": temperature,
            **{
                stage: {"epochs": passes, "batch": batch, "rate": speed, "seed": seed}
                for stage, (passes, speed) in plans.items()
            },
        },
        device,
        quiet=quiet or not sys.stderr.isatty(),
    ):
        print(line)


Data = Annotated[
    Path, typer.Argument(help="Folder of a data set, or the file of a study with blind votes.")
]
Out = Annotated[Path, typer.Option("--out", "-o", help="New folder of the lessons.")]
Learner = Annotated[
    str, typer.Option("--model", "-m", help="Who learns: a name of the hub, or a folder.")
]
Split = Annotated[str, typer.Option(help="Part of the data that teaches.")]
Tests = Annotated[
    list[Path] | None,
    typer.Option("--test-data", help="Data sets whose test photos must not teach; repeat it."),
]
Margin = Annotated[
    int | None,
    typer.Option(
        min=1, help="Votes that the better crop has more; 3, of a study 1.", show_default=False
    ),
]
Limit = Annotated[int | None, typer.Option(min=1, help="Photos at most.", show_default=False)]
Seed = Annotated[int, typer.Option(min=0, help="Of all that is drawn.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


@lessons_app.command()
def sft(
    data: Data,
    out: Out,
    model: Learner,
    split: Split = "train",
    tests: Tests = None,
    traces: Annotated[
        bool,
        typer.Option("--traces", help="Also from recorded runs that ended near the expert."),
    ] = False,
    limit: Limit = None,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Answers to imitate: analysis, proposals, decision, keep or reject."""
    told = {"model": model, "split": split, "limit": limit, "seed": seed}
    _lessons("sft", data, out, tests, told, quiet=quiet, traces=traces)


@lessons_app.command()
def dpo(
    data: Data,
    out: Out,
    model: Learner,
    split: Split = "train",
    tests: Tests = None,
    margin: Margin = None,
    limit: Limit = None,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Preferences: the crop of two that people voted for, in both orders."""
    told = {"model": model, "split": split, "limit": limit, "seed": seed, "margin": margin}
    _lessons("dpo", data, out, tests, told, quiet=quiet)


@lessons_app.command()
def grpo(
    data: Data,
    out: Out,
    model: Learner,
    split: Split = "train",
    tests: Tests = None,
    margin: Margin = None,
    limit: Limit = None,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Questions with what a reward needs to judge the answers."""
    told = {"model": model, "split": split, "limit": limit, "seed": seed, "margin": margin}
    _lessons("grpo", data, out, tests, told, quiet=quiet)


def _lessons(
    kind: str,
    data: Path,
    out: Path,
    tests: list[Path] | None,
    told: Mapping[str, str | int | None],
    *,
    quiet: bool,
    traces: bool = False,
) -> None:
    from cropsmith.commands.lessons import lesson_lines

    given = {"kind": kind} | {name: value for name, value in told.items() if value is not None}
    shown = not quiet and sys.stderr.isatty()
    for line in lesson_lines(data, out, tests or (), given, traces, shown=shown):
        print(line)
