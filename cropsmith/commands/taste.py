"""`cropsmith taste`: what was learnt from the crops that a person accepted and rejected."""

import typer

app = typer.Typer(
    help="What it learnt of your taste, on this machine alone.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def show() -> None:
    """Say how many crops were judged and what they taught."""
    from cropsmith.tools.photographer.taste import TRAITS, Notebook

    notebook = Notebook()
    taste = notebook.taste()
    if not taste.judged:
        print("Nothing is noted yet. Accept or reject crops in: cropsmith studio")
        return
    print(f"{taste.judged} judged crops, in {notebook.path}. It {taste.strongest}.")
    if not taste.weights.any():
        return
    for trait, weight in zip(TRAITS, taste.weights, strict=True):
        print(f"  {trait:<30} {weight:+.2f}")


@app.command()
def reset() -> None:
    """Forget everything."""
    from cropsmith.tools.photographer.taste import Notebook

    Notebook().reset()
    print("Forgotten. Crops are ranked for people in general again.")
