import inspect
import runpy
from pathlib import Path

from cropsmith.agents.parts.parts import RunContext
from cropsmith.agents.settings.rows import rows
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.commands.crop import crop
from cropsmith.evals.study.spec import SystemSpec
from cropsmith.studio.orders import OFFERED

NAMES = list(RunSettings.model_fields)


def test_every_surface_offers_the_settings() -> None:
    assert [row.name for row in rows()] == NAMES
    assert set(NAMES) <= set(inspect.signature(crop).parameters)
    assert list(RunContext.model_json_schema()["properties"]) == NAMES
    assert {row.name for row in OFFERED} == set(NAMES) - {"model", "approve", "trace"}
    studied = {row.name for row in rows() if row.studied}
    assert studied <= set(SystemSpec.model_fields)
    assert {"judge", "clip", "scorer_server", "overlays", "solo"} <= studied


def test_the_page_of_settings_is_up_to_date() -> None:
    script = runpy.run_path(str(Path(__file__).parents[2] / "settings_page.py"))
    assert script["PAGE"].read_text("utf-8") == script["page"](), (
        "run python tests/settings_page.py --write"
    )
