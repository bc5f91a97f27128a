"""`cropsmith crop`: photos and a request in, crops and reasons out."""

from pathlib import Path
from typing import Annotated

import typer

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.commands.settings_options import with_settings


@with_settings
def crop(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTO... [REQUEST]",
            help="Files, patterns, URLs or - for stdin; then the request in plain words.",
            show_default=False,
        ),
    ],
    *,
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
    settings: RunSettings,
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
    from cropsmith.api import request_from
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
    if settings.approve:
        from cropsmith.commands.approving import crop_with_approval

        crop_with_approval(photos, wish, settings, delivery)
        return
    if code := crop_all(photos, wish, settings, delivery, jobs):
        raise typer.Exit(code)
