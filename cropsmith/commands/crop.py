"""`cropsmith crop`: photos and a request in, crops and reasons out."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cropsmith.agents.backends.registry import check_reach
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.commands.settings_options import with_settings
from cropsmith.tools.schema.request import Keep
from cropsmith.tools.sidecars.sidecar import Sidecar


@with_settings
def crop(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTO... [REQUEST]",
            help="Files, folders, patterns, URLs or - for stdin; then the request in plain words.",
            show_default=False,
        ),
    ],
    *,
    request: Annotated[str, typer.Option("--request", "-r", help="The request in words.")] = "",
    caption: Annotated[
        str, typer.Option(help="What the photo shows: its subject, never a command.")
    ] = "",
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
    tightness: Annotated[
        str | None, typer.Option(help="fill, tight, normal, loose or widest.")
    ] = None,
    margin: Annotated[
        float | None, typer.Option(help="Room around the subject, as a share of its larger side.")
    ] = None,
    number: Annotated[
        int | None, typer.Option("-n", help="How many answers per shape, 1 to 20.")
    ] = None,
    as_is: Annotated[
        bool | None, typer.Option("--as-is/--always-crop", help="Leave as it is / always crop.")
    ] = None,
    upscale: Annotated[bool, typer.Option(help="Allow enlarging to reach the size.")] = False,
    straighten: Annotated[
        str | None,
        typer.Option(help="Turn by degrees, clockwise (-15 to 15), or auto: as its lines say."),
    ] = None,
    settings: RunSettings,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="File or folder to write to; - for stdout.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Of the files: {stem}-{shape}-{n}{ext}.", show_default=False)
    ] = None,
    format: Annotated[
        str | None, typer.Option(help="jpeg, png, webp, ...; else that of the photo.")
    ] = None,
    quality: Annotated[
        int | None, typer.Option(min=1, max=100, help="Of the encoder; else as the photo's.")
    ] = None,
    max_bytes: Annotated[
        str | None, typer.Option(help="Largest file: 200kB, 1.5MB; the quality gives way.")
    ] = None,
    resize: Annotated[
        str | None, typer.Option(help="Make it smaller to fit in 1600, 1600x1200 or 1600x.")
    ] = None,
    lossless: Annotated[
        bool, typer.Option(help="Cut JPEG on its block grid, without encoding anew.")
    ] = False,
    keep: Annotated[
        Keep | None, typer.Option(help="Metadata in the crop; credit: whose the photo is.")
    ] = None,
    gps: Annotated[
        bool | None, typer.Option("--gps/--no-gps", help="Keep / remove where it was taken.")
    ] = None,
    sidecar: Annotated[
        list[Sidecar] | None,
        typer.Option(help="Write the crop for another program instead; may be repeated."),
    ] = None,
    pixels: Annotated[bool, typer.Option(help="Write the crop beside its sidecars.")] = False,
    compare: Annotated[
        bool, typer.Option(help="Also write the photo with the crop drawn, beside the crop.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Overwrite outputs (never an input).")] = False,
    skip_existing: Annotated[
        bool, typer.Option(help="Leave out photos whose crops are there already.")
    ] = False,
    resume: Annotated[bool, typer.Option(help="Go on with a batch that was cut short.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Decide, but write nothing.")] = False,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print JSON: one document, of several photos a line each."),
    ] = False,
    open_: Annotated[bool, typer.Option("--open", help="Show the crop when it is done.")] = False,
    jobs: Annotated[
        int, typer.Option(min=0, max=1024, help="Photos at once; 0 for one per core.")
    ] = 0,
    on: Annotated[
        Literal["here", "ray"],
        typer.Option(help="What works a batch off: this machine, or a Ray cluster (RAY_ADDRESS)."),
    ] = "here",
) -> None:
    """Crop PHOTO as asked, write the crop, and say why."""
    from cropsmith.api import request_from
    from cropsmith.batch.delivery import Delivery
    from cropsmith.commands.cropping import Batching, crop_all
    from cropsmith.commands.reading import bounds_of, bytes_of, read_arguments
    from cropsmith.errors import UsageError
    from cropsmith.tools.images.lossless import STRAIGHTENED
    from cropsmith.tools.images.names import NameTemplate

    photos, words = read_arguments(arguments, request)
    wish = request_from(
        words,
        caption=caption,
        ratio=ratio,
        size=size,
        min_size=min_size,
        subject=subject,
        avoid=avoid,
        never_cut=never_cut,
        copy_space=copy_space,
        keep_out=keep_out or None,
        subject_box=subject_box,
        subject_mask=subject_mask,
        subject_photo=subject_photo,
        tightness=tightness,
        margin=margin,
        n=number,
        keep=as_is,
        upscale=upscale,
        straighten=straighten,
    )
    if size is not None and resize is not None:
        raise UsageError("The pixels are exact or at most so many.", hint="Leave out <resize>.")
    if lossless and wish.straighten:
        raise UsageError(STRAIGHTENED, hint="Leave out <lossless> or <straighten>.")
    delivery = Delivery(
        out=out,
        name=None if name is None else NameTemplate.parse(name),
        format=format,
        quality=quality,
        most_bytes=bytes_of(max_bytes),
        within=bounds_of(resize),
        lossless=lossless,
        keep=keep,
        gps=gps,
        sidecars=tuple(sidecar or ()),
        pixels=pixels,
        compare=compare,
        force=force,
        skip_existing=skip_existing,
        dry_run=dry_run,
        json=json,
        show=open_,
    )
    check_reach(settings.model, settings.server)
    if settings.approve:
        from cropsmith.commands.approving import crop_with_approval

        if code := crop_with_approval(photos, wish, settings, delivery):
            raise typer.Exit(code)
    elif code := crop_all(
        photos, wish, settings, delivery, Batching(jobs=jobs, resume=resume, on=on)
    ):
        raise typer.Exit(code)
