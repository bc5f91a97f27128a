"""`cropsmith crop`: photos and a request in, crops and reasons out."""

from pathlib import Path
from typing import Annotated

import typer


def crop(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTO... [REQUEST]",
            help="Files, patterns, URLs or - for stdin; then the request in plain words.",
            show_default=False,
        ),
    ],
    request: Annotated[str, typer.Option("--request", "-r", help="The request in words.")] = "",
    ratio: Annotated[
        list[str] | None,
        typer.Option(help="4:5, square, 'Instagram portrait', ...; repeat for several crops."),
    ] = None,
    size: Annotated[str | None, typer.Option(help="Exact output pixels: 1080x1350.")] = None,
    min_size: Annotated[str | None, typer.Option(help="Smallest crop in pixels: 800x600.")] = None,
    subject: Annotated[list[str] | None, typer.Option(help="What the crop is about.")] = None,
    avoid: Annotated[list[str] | None, typer.Option(help="What must not be in it.")] = None,
    never_cut: Annotated[
        list[str] | None, typer.Option(help="faces, text, people or subject.")
    ] = None,
    copy_space: Annotated[
        str | None, typer.Option(help="Calm room for a headline: left, right, top or bottom.")
    ] = None,
    keep_out: Annotated[
        list[str] | None, typer.Option(help="A zone left out: x1,y1,x2,y2 in 0..1.")
    ] = None,
    subject_box: Annotated[
        str | None, typer.Option(help="The subject's box: x1,y1,x2,y2 in 0..1.")
    ] = None,
    subject_mask: Annotated[
        Path | None, typer.Option(help="The subject, white in a black picture.")
    ] = None,
    subject_photo: Annotated[
        Path | None, typer.Option(help="Crop to *this* thing, shown by another photo.")
    ] = None,
    tightness: Annotated[str | None, typer.Option(help="tight, normal or loose.")] = None,
    margin: Annotated[
        float | None, typer.Option(help="Room around the subject, as a share of its larger side.")
    ] = None,
    number: Annotated[int | None, typer.Option("-n", help="How many answers per shape.")] = None,
    keep: Annotated[
        bool | None, typer.Option("--keep/--no-keep", help="Leave as it is / always crop.")
    ] = None,
    upscale: Annotated[bool, typer.Option(help="Allow enlarging to reach the size.")] = False,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="builtin, or provider/model.")
    ] = None,
    effort: Annotated[str, typer.Option(help="quick, standard or thorough.")] = "standard",
    recipe: Annotated[str, typer.Option(help="A named recipe, such as cropper.")] = "",
    override: Annotated[
        list[str] | None, typer.Option("--set", help="A recipe number: S=10.")
    ] = None,
    overlays: Annotated[bool, typer.Option(help="Draw guides on what the model sees.")] = False,
    agentic: Annotated[bool, typer.Option(help="Let the model call the tools itself.")] = False,
    judge: Annotated[bool, typer.Option(help="Have the model judge every candidate.")] = False,
    strict: Annotated[bool, typer.Option(help="Make a failed model call an error.")] = False,
    index: Annotated[str, typer.Option(help="Index of expert crops.")] = "",
    detector: Annotated[str, typer.Option(help="owlvit, owlv2 or a folder of weights.")] = "",
    temperature: Annotated[float | None, typer.Option()] = None,
    seed: Annotated[int, typer.Option()] = 0,
    timeout: Annotated[float, typer.Option(help="Seconds for one model call.")] = 120.0,
    max_cost: Annotated[float | None, typer.Option(help="US dollars.")] = None,
    max_calls: Annotated[int | None, typer.Option(help="Model calls per photo.")] = None,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Reuse replies to the same question.")
    ] = True,
    approve: Annotated[
        bool, typer.Option(help="Ask before the decision; can be answered later.")
    ] = False,
    trace: Annotated[
        bool, typer.Option("--trace/--no-trace", help="Keep a record of the run.")
    ] = True,
    taste: Annotated[
        bool, typer.Option("--taste/--no-taste", help="Rank by what you accepted before.")
    ] = True,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="File or folder to write to.")
    ] = None,
    format: Annotated[
        str | None, typer.Option(help="jpeg, png, webp, ...; else that of the photo.")
    ] = None,
    lossless: Annotated[
        bool, typer.Option(help="Cut JPEG on its block grid, without encoding anew.")
    ] = False,
    compare: Annotated[
        bool, typer.Option(help="Also write the photo with the crop drawn, beside the crop.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Overwrite outputs (never an input).")] = False,
    dry_run: Annotated[bool, typer.Option(help="Decide, but write nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Show the crop when it is done.")] = False,
    jobs: Annotated[int, typer.Option(help="Photos at once; 0 for one per core.")] = 0,
) -> None:
    """Crop PHOTO as asked, write the crop, and say why."""
    from cropsmith.api import context_from, request_from
    from cropsmith.commands.cropping import Delivery, crop_all, read_arguments, read_box

    photos, words = read_arguments(arguments, request)
    wish = request_from(
        words,
        ratio=ratio,
        size=size,
        min_size=min_size,
        subject=subject,
        avoid=avoid,
        never_cut=never_cut or (),
        copy_space=copy_space,
        keep_out=[read_box(zone) for zone in keep_out or ()],
        subject_box=read_box(subject_box) if subject_box else None,
        subject_mask=subject_mask,
        subject_photo=subject_photo,
        tightness=tightness,
        margin=margin,
        n=number,
        keep=keep,
        upscale=upscale,
    )
    context = context_from(
        model=model,
        effort=effort,
        recipe=recipe,
        overrides=tuple(override or ()),
        overlays=overlays,
        agentic=agentic,
        judge=judge,
        strict=strict,
        index=index,
        detector=detector,
        temperature=temperature,
        seed=seed,
        timeout=timeout,
        max_cost=max_cost,
        max_calls=max_calls,
        cache_replies=cache,
        trace=trace,
        taste=taste,
    )
    delivery = Delivery(
        out=out,
        format=format,
        lossless=lossless,
        compare=compare,
        force=force,
        dry_run=dry_run,
        json=json,
        show=open_,
    )
    if approve:
        from cropsmith.commands.approving import crop_with_approval

        crop_with_approval(photos, wish, context, delivery)
        return
    if code := crop_all(photos, wish, context, delivery, jobs):
        raise typer.Exit(code)
