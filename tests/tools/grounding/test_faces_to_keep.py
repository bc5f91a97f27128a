"""Faces that must not be cut: looked for closely, and heads where a person shows no face."""

from pathlib import Path

import numpy as np
from PIL import Image

from cropsmith.tools.grounding.faces_to_keep import faces_to_keep, upper_part
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.faces import find_faces


def test_a_face_too_small_for_a_first_look_is_found(photos: Path, tmp_path: Path) -> None:
    with Image.open(photos / "astronaut.jpg") as portrait:
        small = portrait.convert("RGB").resize((160, 160 * portrait.height // portrait.width))
    scene = Image.new("RGB", (1280, 960), (120, 130, 140))
    scene.paste(small, (1000, 60))
    scene.save(tmp_path / "scene.png")
    view = View(open_photo(tmp_path / "scene.png"))
    where = Box(x1=1000 / 1280, y1=60 / 960, x2=1160 / 1280, y2=(60 + small.height) / 960)
    assert find_faces(np.asarray(scene.resize((320, 240)))) == ()
    faces = faces_to_keep(view, offline=False)
    assert faces and all(where.contains(face.box, tolerance=0.02) for face in faces)


def test_a_portraits_face_is_found_once(photos: Path) -> None:
    view = View(open_photo(photos / "astronaut.jpg"))
    found = faces_to_keep(view)
    assert [face.box.iou(view.sight.faces[0].box) > 0.4 for face in found] == [True]


def test_a_head_is_the_upper_part_of_a_person() -> None:
    person = Box(x1=0.2, y1=0.1, x2=0.4, y2=0.9)
    head = upper_part(person)
    assert person.contains(head) and head.y1 == person.y1 and head.height < 0.3 * person.height
