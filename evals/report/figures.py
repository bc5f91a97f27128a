"""Figures as SVG text that stands in the page itself."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cropsmith.evals.report.pareto import front, priced, timed
from cropsmith.evals.report.results import Row, Table

WIDTH, HEIGHT = 760, 360
LEFT, RIGHT, TOP, BOTTOM = 62, 230, 14, 44
LINE = 13
"""Least distance of two labels, in pixels."""
COLOURS = {"trivial": "#8a8a8a", "common": "#b07d2b", "system": "#1f5fbf"}


@dataclass(frozen=True)
class Spot:
    """A point with its interval."""

    label: str
    x: float
    y: float
    low: float
    high: float
    colour: str


@dataclass(frozen=True)
class Axis:
    """Maps values to pixels."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        a, b, v = (
            (math.log10(n) for n in (self.low, self.high, value))
            if self.log
            else (self.low, self.high, value)
        )
        share = (v - a) / (b - a) if b > a else 0.5
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """Round values between the ends."""
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            marks = [m * 10.0**e for e in range(first, last + 1) for m in (1, 2, 5)]
            marks = marks if last - first < 4 else [10.0**e for e in range(first, last + 1)]
            return [m for m in marks if self.low <= m <= self.high]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 4))
        step *= next(m for m in (1, 2, 5, 10) if (self.high - self.low) / (m * step) <= 6)
        first = math.ceil(self.low / step)
        return [n * step for n in range(first, math.floor(self.high / step) + 1)]


def _axis(values: Sequence[float], start: float, end: float, *, log: bool = False) -> Axis:
    low, high = min(values), max(values)
    if log:
        return Axis(low / 1.6, high * 1.6, start, end, log=True)
    pad = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return Axis(low - pad, high + pad, start, end)


def scatter(
    spots: Sequence[Spot],
    x_title: str,
    y_title: str,
    *,
    log: bool = True,
    front: Sequence[str] = (),
) -> str:
    """Draw points with whiskers; labels stand in a column on the right, joined by thin lines.

    `front` names the points of the Pareto front, which a stepped line joins.
    """
    if not spots:
        return ""
    x = _axis([s.x for s in spots], LEFT, WIDTH - RIGHT, log=log)
    y = _axis([v for s in spots for v in (s.low, s.high)], HEIGHT - BOTTOM, TOP)
    parts = _frame(x, y, x_title, y_title)
    named = {spot.label: spot for spot in spots}
    parts += _steps([(x.at(s.x), y.at(s.y)) for n in front if (s := named.get(n)) is not None])
    ordered = sorted(spots, key=lambda s: -s.y)
    places = _spread([y.at(s.y) for s in ordered])
    for spot, place in zip(ordered, places, strict=True):
        px, py = x.at(spot.x), y.at(spot.y)
        edge = WIDTH - RIGHT + 14
        parts += [
            f'<polyline points="{px:.1f},{py:.1f} {edge - 6},{place:.1f} {edge},{place:.1f}" '
            'fill="none" stroke="#ccc" stroke-width="0.7"/>',
            f'<line x1="{px:.1f}" x2="{px:.1f}" y1="{y.at(spot.low):.1f}" '
            f'y2="{y.at(spot.high):.1f}" stroke="{spot.colour}" stroke-width="1.2"/>',
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.6" fill="{spot.colour}">'
            f"<title>{escape(spot.label)}: {spot.y:.4g}, {spot.x:.3g}</title></circle>",
            f'<text x="{edge + 3}" y="{place + 3.5:.1f}" fill="{spot.colour}">'
            f"{escape(spot.label[:34])}</text>",
        ]
    return _svg(parts, f"{y_title} against {x_title}")


def _steps(places: Sequence[tuple[float, float]]) -> list[str]:
    """Draw the stair under the Pareto front: what it costs to be so good at least."""
    if len(places) < 2:
        return []
    path = f"M{places[0][0]:.1f} {places[0][1]:.1f}"
    path += "".join(f"H{px:.1f}V{py:.1f}" for px, py in places[1:])
    return [f'<path class="front" d="{path}" fill="none" stroke="#2b8a3e" stroke-width="1.4"/>']


def lines(series: dict[str, list[Spot]], x_title: str, y_title: str) -> str:
    """Draw one line per series over evenly spaced settings (an ablation)."""
    names = list(dict.fromkeys(spot.label for spots in series.values() for spot in spots))
    every = [spot for spots in series.values() for spot in spots]
    if len(names) < 2:
        return ""
    x = Axis(-0.5, len(names) - 0.5, LEFT, WIDTH - RIGHT)
    y = _axis([v for s in every for v in (s.low, s.high)], HEIGHT - BOTTOM, TOP)
    parts = _frame(x, y, x_title, y_title, names)
    hues = ["#1f5fbf", "#b0452b", "#2b8a3e", "#7b3fa0", "#b07d2b", "#0b7285"]
    for number, (name, spots) in enumerate(series.items()):
        colour = hues[number % len(hues)]
        where = [(x.at(names.index(s.label)) + 4 * number, y.at(s.y), s) for s in spots]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py, _ in where)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        for px, py, spot in where:
            parts.append(
                f'<line x1="{px:.1f}" x2="{px:.1f}" y1="{y.at(spot.low):.1f}" '
                f'y2="{y.at(spot.high):.1f}" stroke="{colour}"/>'
                f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.2" fill="{colour}"/>'
            )
        top = TOP + 12 + number * 15
        parts.append(
            f'<text x="{WIDTH - RIGHT + 17}" y="{top}" fill="{colour}">{escape(name[:34])}</text>'
        )
    return _svg(parts, f"{y_title} by {x_title}")


def _frame(
    x: Axis, y: Axis, x_title: str, y_title: str, names: Sequence[str] | None = None
) -> list[str]:
    parts = []
    for tick in y.ticks:
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y.at(tick):.1f}" y2="{y.at(tick):.1f}" '
            f'stroke="#eee"/><text x="{LEFT - 6}" y="{y.at(tick) + 3.5:.1f}" '
            f'text-anchor="end">{tick:.4g}</text>'
        )
    marks = [(t, f"{t:.3g}") for t in x.ticks] if names is None else list(enumerate(names))
    for tick, text in marks:
        parts.append(
            f'<text x="{x.at(tick):.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">'
            f"{escape(text[:18])}</text>"
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x_title)}</text>'
    )
    parts.append(
        f'<text x="14" y="{HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {HEIGHT / 2})">{escape(y_title)}</text>'
    )
    return parts


def _spread(wanted: Sequence[float]) -> list[float]:
    """Return label places near the wanted ones, in order, at least a line apart."""
    places: list[float] = []
    for value in wanted:
        places.append(max(value, places[-1] + LINE if places else TOP + 4))
    # What ran out at the bottom pushes back up.
    limit = HEIGHT - 6.0
    for index in reversed(range(len(places))):
        places[index] = min(places[index], limit)
        limit = places[index] - LINE
    return places


def _svg(parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        'font-family="system-ui, sans-serif" font-size="11" fill="#333" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _spot(table: Table, row: Row, x: float, label: str = "") -> Spot | None:
    if table.primary is None or table.primary.key not in row.cells:
        return None
    cell = row.cells[table.primary.key].interval
    return Spot(label or row.name, x, cell.value, cell.low, cell.high, COLOURS[row.kind])


def cost_figure(table: Table) -> str:
    """Draw quality against dollars per thousand photos; "" where nothing has a price above 0."""
    spots = [
        _spot(table, row, 1000 * row.cost / row.samples)
        for row in table.ranked
        if row.cost and row.samples
    ]
    title = table.primary.title if table.primary else ""
    best = front(priced(table))
    return scatter([s for s in spots if s], "US dollars per 1,000 photos", title, front=best)


def latency_figure(table: Table) -> str:
    """Draw quality against the median seconds of a photo."""
    spots = [
        _spot(table, row, max(row.seconds, 1e-5))
        for row in table.ranked
        if not math.isnan(row.seconds)
    ]
    title = table.primary.title if table.primary else ""
    best = front(timed(table))
    return scatter([s for s in spots if s], "seconds per photo (median)", title, front=best)


@dataclass(frozen=True)
class Ablation:
    """The effect of one setting of one system."""

    title: str
    figure: str


def ablations(table: Table, specs: Sequence[object]) -> list[Ablation]:
    """Draw each setting of each grid: one line for each combination of the other settings."""
    from cropsmith.evals.study.spec import SystemSpec

    rows = {row.name: row for row in table.rows}
    found = []
    for spec in specs:
        if not isinstance(spec, SystemSpec):
            continue
        for setting, values in spec.grid.items():
            series: dict[str, list[Spot]] = {}
            for arm in spec.expanded():
                row = rows.get(arm.name)
                value = str(getattr(arm, setting))
                spot = _spot(table, row, 0.0, value) if row else None
                if spot:
                    others = [f"{k}={getattr(arm, k)}" for k in spec.grid if k != setting]
                    series.setdefault(" ".join(others) or spec.name, []).append(spot)
            figure = lines(series, setting, table.primary.title if table.primary else "")
            if figure and len(values) > 1:
                found.append(Ablation(f"{spec.name}: {setting}", figure))
    return found
