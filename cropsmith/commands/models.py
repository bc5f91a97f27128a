"""`cropsmith models`: what can be asked, how it writes boxes, and hosting an open model."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="List, calibrate and host VLMs.", no_args_is_help=True, rich_markup_mode=None
)

Model = Annotated[str, typer.Argument(help="provider/model.")]


@app.command("list")
def list_(
    families: Annotated[
        bool, typer.Option("--families", help="Show the table of conventions instead.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON line per provider.")] = False,
) -> None:
    """Show which providers are reachable, and their models."""
    import asyncio

    from cropsmith.agents.backends.availability import standings
    from cropsmith.tools.schema.plain_text import visible_line

    if families:
        _families()
        return
    if not json:
        print("builtin: ready. The photographer that needs no model.")
    for provider in asyncio.run(standings()):
        if json:
            print(provider.model_dump_json())
            continue
        place = f" at {provider.endpoint}" if provider.endpoint else ""
        if provider.ready:
            print(f"{provider.provider}: ready{place}. {len(provider.models)} models.")
            for name in provider.models[:20]:
                print(f"  {visible_line(name)}{_convention(name, provider.endpoint)}")
            if len(provider.models) > 20:
                print(f"  ... and {len(provider.models) - 20} more")
        else:
            print(f"{provider.provider}: not ready. {visible_line(provider.problem)}")


def _convention(name: str, endpoint: str) -> str:
    from cropsmith.agents.backends.registry import convention_of

    found = convention_of(name, endpoint)
    if found is None or not found.usable:
        return "  (boxes: unknown; probe it first)"
    return f"  (boxes: {found.label})"


def _families() -> None:
    from cropsmith.agents.backends.boxes.family import families
    from cropsmith.agents.backends.boxes.form_words import box_words

    for row in families().values():
        scale = "pixels" if row.extent is None else f"0..{row.extent:g}"
        print(
            f"{row.family:18} {box_words(row):60} {scale:9} {row.frame:14} "
            f"{row.standing:9} {row.source}"
        )


@app.command("probe")
def probe_(
    model: Model,
    family: Annotated[
        str,
        typer.Option(help="Declare the family instead of asking the model.", show_default=False),
    ] = "",
) -> None:
    """Work out how a model writes boxes, and keep it."""
    import asyncio
    import datetime
    from functools import partial

    from cropsmith.agents.backends.boxes.calibration import Calibration, store
    from cropsmith.agents.backends.boxes.family import family_named
    from cropsmith.agents.backends.boxes.form_words import box_words
    from cropsmith.agents.backends.boxes.probe import probe
    from cropsmith.agents.backends.first_use import at_first
    from cropsmith.agents.backends.registry import make_wires
    from cropsmith.tools.schema.plain_text import visible_line

    wires = make_wires(model)
    if family:
        row = family_named(family)
        declared = row.model_copy(update={"standing": "reported", "source": "declared"})
        verdict = Calibration(
            model=model,
            endpoint=wires[0].endpoint,
            date=datetime.date.today().isoformat(),
            convention=declared,
        )
    else:

        def tell(line: str) -> None:
            print(f"  {visible_line(line)}")

        verdict = asyncio.run(at_first(wires, partial(probe, tell=tell)))
    found = verdict.convention
    scale = "pixels of the picture as seen" if found.extent is None else f"0 to {found.extent:g}"
    print(f"{model} writes a box as {box_words(found)}, {scale}, on the {found.frame}.")
    print(f"  family {found.family}, resize rule {found.resize.rule}", end="")
    print("" if verdict.mean_iou is None else f", mean IoU with the truth {verdict.mean_iou:.3f}")
    if verdict.schema_held is not None:
        held = "holds" if verdict.schema_held else "does not hold"
        print(f"  the server {held} answers to a JSON schema")
    print(f"Kept in {store(verdict)}.")


@app.command("serve", context_settings={"allow_extra_args": True, "ignore_unknown_options": False})
def serve(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A name of the Hugging Face hub, or a folder.")],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    venv: Annotated[
        Path | None,
        typer.Option(help="Environment that has vLLM, if not this one.", show_default=False),
    ] = None,
    name: Annotated[str, typer.Option(help="Name to serve under.", show_default=False)] = "",
    max_model_len: Annotated[
        int | None,
        typer.Option(
            help="Context in tokens; what model and memory allow by default.",
            min=1024,
            show_default=False,
        ),
    ] = None,
    images: Annotated[int, typer.Option(help="Pictures per request.", min=2)] = 40,
    gpus: Annotated[
        int | None,
        typer.Option(help="GPUs to spread over; all by default.", min=1, show_default=False),
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait until it is ready.")] = 1800,
) -> None:
    """Host an open VLM with vLLM until Ctrl-C. What follows -- goes to `vllm serve` as it is."""
    from cropsmith.agents.backends.providers.hosting import start
    from cropsmith.agents.backends.providers.serving import Hosting, placed
    from cropsmith.settings import home
    from cropsmith.tools.schema.plain_text import visible_line

    model = model.removeprefix("vllm/")
    hosting = Hosting(
        model=model,
        host=host,
        port=port,
        venv=venv,
        name=name or None,
        context=max_model_len,
        images=images,
        gpus=gpus,
        extra=tuple(context.args),
    )
    log = home() / "logs" / f"vllm-{port}.log"
    server = start(hosting, log)
    print(f"  {placed(hosting).why}", file=sys.stderr)
    try:
        with _Ends():
            server.wait_until_healthy(
                timeout, lambda line: print(f"  {visible_line(line)[:160]}", file=sys.stderr)
            )
            print(f"Ready at {hosting.url}/v1. Use it with:")
            if port != 8000 or host != "127.0.0.1":
                print(f"  export CROPSMITH_VLLM_URL={hosting.url}/v1")
            for asked in hosting.names:
                print(f"  cropsmith crop PHOTO --model vllm/{asked}", flush=True)
            server.process.wait()
    except KeyboardInterrupt:
        print("Stopping.", file=sys.stderr)
    finally:
        server.stop()


class _Ends:
    """Turns SIGTERM into KeyboardInterrupt, so that the server is stopped with us."""

    def __enter__(self) -> None:
        import signal

        self._before = signal.signal(signal.SIGTERM, self._interrupt)

    def __exit__(self, *_: object) -> None:
        import signal

        signal.signal(signal.SIGTERM, self._before)

    @staticmethod
    def _interrupt(*_: object) -> None:
        raise KeyboardInterrupt
