"""Tools of a model in this process with random weights: calls held by a schema."""

from pathlib import Path

import pytest

from cropsmith.agents.backends.registry import build_backend
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Grounding
from cropsmith.tools.schema.request import Intent, Target
from tests.integration.conftest import MakeVlm
from tests.integration.inquiry import TOOLS, check_three, inquire

pytestmark = pytest.mark.integration


async def test_three_tools_are_called_by_schema(make_vlm: MakeVlm, photos: Path) -> None:
    pytest.importorskip("llguidance")
    brief = Brief(
        view=View(open_photo(photos / "astronaut.jpg")),
        intent=Intent(task="free", targets=(Target(),), keep=False),
        target=Target(),
        target_index=0,
        analysis=None,
        grounding=Grounding(),
        evidence=(),
    )
    name = f"transformers/{make_vlm('qwen3_vl')}"
    backend = build_backend(name, cache_replies=False, timeout=240, deadline=300)
    step = await inquire(backend, brief, 5, *TOOLS)
    check_three(step)
    assert [note for note in step.notes if "held to a schema" in note]
