"""Which systems use a part that was fitted to a dataset's photos: their figures are in-sample.

The built-in photographer was fitted to the training part of FCDB. It has a say in a model's answer
wherever its crops compete, its preference ranks or aligns, or a scorer of it weighs.
"""

from cropsmith.agents.settings.recipe import TASKS, load_recipe
from cropsmith.evals.study.plan import Part
from cropsmith.evals.study.spec import SystemSpec
from cropsmith.evals.trial import Mode
from cropsmith.tools.scorers.table import weighting

PHOTOGRAPHER = frozenset({("fcdb", "train"), ("fcdb", "")})
"""Format and split of the photos that the photographer's preference was fitted to."""


def fitted_to(spec: SystemSpec, part: Part) -> bool:
    """Tell whether a system used, or may have used, a part that was fitted to these photos."""
    return photographer_knows(part) and asks_the_photographer(spec, part.protocol.mode)


def photographer_knows(part: Part) -> bool:
    """Tell whether the built-in photographer's preference was fitted to some of these photos."""
    splits = {photo.split for photo in part.photos}
    return any((part.dataset.format, split) in PHOTOGRAPHER for split in splits)


def asks_the_photographer(spec: SystemSpec, mode: Mode) -> bool:
    """Tell whether the built-in photographer has a say in a system's answers."""
    if spec.cropper:
        return False
    if not spec.asks_a_model:
        return True
    if mode is Mode.RANK:  # the model scores the boxes by itself
        return False
    recipe = load_recipe(spec.recipe, spec.all_overrides)
    if not (spec.solo or recipe.alone):
        return True
    if recipe.asked_once(spec):  # its first crop stands, whatever the scores
        return False
    # A profile that stands in where weights are missing may have been used.
    profiles = [name for name in (recipe.scorers, recipe.stand_in) if name]
    return any("preference" in weighting(name, task) for name in profiles for task in TASKS)
