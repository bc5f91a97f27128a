"""What each wish of the table of frames does: from the parts of a match to wishes."""

from collections.abc import Callable, Mapping

from cropsmith.tools.language.about_distance import (
    act_empty_round,
    act_fill,
    act_headroom,
    act_looking_room,
    act_loose,
    act_margin,
    act_portrait,
    act_portrait_of,
    act_shot,
    act_tight,
    act_too_loose,
    act_too_tight,
)
from cropsmith.tools.language.about_output import (
    act_answers,
    act_crop,
    act_edge,
    act_edge_at,
    act_else_keep,
    act_file_clean,
    act_file_format,
    act_how_much,
    act_keep,
    act_no_upscale,
    act_only_part,
    act_share_only,
    act_trim,
    act_upscale,
)
from cropsmith.tools.language.about_things import (
    act_all_but,
    act_avoid,
    act_differing,
    act_mention,
    act_nobody_else,
    act_nothing_cut,
    act_only_them,
    act_optional,
    act_purpose,
    act_state,
    act_subject,
    act_the_one,
    act_topic,
    act_unserved,
    act_whole,
    ignore,
)
from cropsmith.tools.language.chunks import Tagged
from cropsmith.tools.language.frames import Match
from cropsmith.tools.language.naming import Names
from cropsmith.tools.language.placing import act_horizon, act_place, act_space, act_unsided
from cropsmith.tools.language.wishes import Wishes

Act = Callable[[Match, Tagged, Wishes, Names], None]

ACTS: Mapping[str, Act] = {
    "subject": act_subject, "bare": act_subject, "only_them": act_only_them, "avoid": act_avoid,
    "all_but": act_all_but, "nobody_else": act_nobody_else, "whole": act_whole,
    "body_in": act_whole,
    "must_be_in": act_whole, "nothing_cut": act_nothing_cut, "shot": act_shot,
    "portrait_of": act_portrait_of, "portrait": act_portrait, "headroom": act_headroom,
    "looking_room": act_looking_room, "fill": act_fill, "tight": act_tight, "loose": act_loose,
    "margin": act_margin, "space": act_space, "space_unsided": act_unsided,
    "empty_round": act_empty_round, "place": act_place, "horizon": act_horizon, "edge": act_edge,
    "edge_at": act_edge_at,
    "trim": act_trim, "only_part": act_only_part, "how_much": act_how_much,
    "share_only": act_share_only, "answers": act_answers,
    "file_clean": act_file_clean, "file_format": act_file_format, "keep": act_keep,
    "crop": act_crop, "unserved": act_unserved, "upscale": act_upscale,
    "no_upscale": act_no_upscale, "ignore": ignore,
    "too_tight": act_too_tight, "too_loose": act_too_loose, "purpose": act_purpose,
    "topic": act_topic, "mention": act_mention, "optional": act_optional, "the_one": act_the_one,
    "differing": act_differing,
    "else_keep": act_else_keep,
    "state": act_state,
}  # fmt: skip
"""What to do for each wish of the table of frames."""
