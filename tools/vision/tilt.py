"""How far a photo is tilted, by its own lines: those that are level or upright in the world.

Line segments (von Gioi et al., "LSD: a Line Segment Detector", IPOL 2012) that are nearly level or
nearly upright vote for an angle, each by its length. A camera that looks up or down lets uprights
converge: what counts is the angle that they have in the middle of the photo.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 1024
"""Long side, in pixels, of what is looked at: a line of a third of it is known to a tenth of a
degree."""
STEEPEST = 13.0
"""Degrees from level, or upright, up to which a segment votes."""
SHORTEST = 0.02
"""Length of a segment that votes, as a share of the photo's diagonal."""
WIDTH = 0.5
"""Standard deviation, in degrees, by which a vote is spread."""
NEAR = 1.0
"""Degrees from the winner within which votes are averaged."""
RIVAL = 2.5
"""Degrees from the winner from which another angle is its rival."""
CONVERGING = np.linspace(-24, 24, 25)
"""Degrees by which uprights may lean apart, for each diagonal that they are apart."""
LONGEST = 60
"""Uprights that say how they converge, the longest first."""
LEVEL = 0.3
"""Degrees that no eye sees, and up to which nothing is turned."""
ENOUGH = 0.63
"""Confidence from which on a photo is turned."""
ODDS = (-4.15, -1.34, 0.82, 1.11, 1.17, -0.76, -1.79)
"""Fitted to photos turned by known angles (docs/reports/straighten.md): log odds of being right
within a degree; by the rival's votes as a share of the winner's, the share of all lines that is
nearly level or upright, the logarithm of the number of segments that agree, how much of the photo's
width one level line of them spans, the logarithm of their length, and the degrees beyond `LIKELY`.
"""
LIKELY = 8.0
"""Degrees that hardly a photo is tilted by: lines that slant by more mislead."""
PLAIN = (0.7, 0.35, 0.75)
"""A plain horizon: the share of the width that it spans and the most that a rival may have, with
which three of four were right. There is little else then, which the odds take for doubtful."""
ASIDE = 0.006
"""Diagonals that pieces of one line may lie aside of it."""
GRID = np.arange(-STEEPEST, STEEPEST + 0.01, 0.05)


@dataclass(frozen=True)
class Tilt:
    """A measured tilt."""

    angle: float
    """Degrees, positive where the photo is turned clockwise: a horizon's right end is lower."""
    confidence: float
    """Estimated chance that it is right within a degree."""
    by: str
    """Which lines say so: "upright" or "level"."""

    @property
    def sure(self) -> bool:
        """Whether a photo may be turned on its word."""
        return self.confidence >= ENOUGH

    @property
    def is_level(self) -> bool:
        """Whether there is nothing to be done."""
        return abs(self.angle) < LEVEL

    @property
    def correction(self) -> float:
        """Degrees, clockwise, to turn the photo by; to a tenth."""
        return -round(self.angle, 1)


@dataclass(frozen=True)
class _Votes:
    """Segments that vote: their angles in degrees, and lengths and places in diagonals."""

    angles: NDArray[np.float64]
    lengths: NDArray[np.float64]
    across: NDArray[np.float64]
    """Of their middles, from that of the photo."""
    down: NDArray[np.float64]

    def density(self) -> NDArray[np.float64]:
        """Return the votes for each angle of the grid."""
        spread = np.exp(-0.5 * ((GRID[:, None] - self.angles) / WIDTH) ** 2)
        return np.asarray(spread @ self.lengths)

    def longest(self, angle: float) -> float:
        """Return how much, in diagonals across, the longest line of an angle covers in pieces."""
        agree = np.abs(self.angles - angle) <= NEAR
        across, down, half = self.across[agree], self.down[agree], self.lengths[agree] / 2
        turn, own = math.radians(angle), np.cos(np.radians(self.angles[agree]))
        aside = down * math.cos(turn) - across * math.sin(turn)
        return max(
            (
                _covered(across[one], (half * own)[one])
                for one in (np.abs(aside - place) <= ASIDE for place in aside)
            ),
            default=0.0,
        )


def tilt_of(pixels: NDArray[np.uint8]) -> Tilt | None:
    """Return the tilt of upright RGB (H, W, 3); None where no line votes."""
    level, upright, total = _votes(pixels)
    upright = _straightened(upright)
    densities = level.density(), upright.density()
    votes = densities[0] + densities[1]
    if not votes.max():
        return None
    best = int(votes.argmax())
    angles = np.concatenate((level.angles, upright.angles))
    lengths = np.concatenate((level.lengths, upright.lengths))
    near = np.abs(angles - GRID[best]) <= NEAR
    if not near.any():
        return None
    rival = votes[np.abs(GRID - GRID[best]) > RIVAL].max() / votes[best]
    angle = float(np.average(angles[near], weights=lengths[near]))
    by = "upright" if densities[1][best] > densities[0][best] else "level"
    spans = level.longest(angle) * math.hypot(*pixels.shape[:2]) / pixels.shape[1]
    told = (
        1.0,
        rival,
        lengths.sum() / total,
        math.log(near.sum() + 1),
        spans,
        math.log(lengths[near].sum() + 0.01),
        max(0.0, abs(angle) - LIKELY),
    )
    odds = sum(weight * value for weight, value in zip(ODDS, told, strict=True))
    confidence = 1 / (1 + math.exp(-odds))
    least, most, right = PLAIN
    if by == "level" and spans >= least and rival < most and abs(angle) <= LIKELY:
        confidence = max(confidence, right)
    return Tilt(angle=angle, confidence=confidence, by=by)


def _votes(pixels: NDArray[np.uint8]) -> tuple[_Votes, _Votes, float]:
    """Return the nearly level and the nearly upright segments, and the length of all."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    segments = np.zeros((0, 4)) if found is None else found.reshape(-1, 4).astype(np.float64)
    diagonal = math.hypot(height, width)
    x1, y1, x2, y2 = (segments / diagonal).T
    lengths = np.hypot(x2 - x1, y2 - y1)
    slopes = (np.degrees(np.arctan2(y2 - y1, x2 - x1)) + 90) % 180 - 90
    leaning = np.where(slopes > 0, slopes - 90, slopes + 90)
    across, down = (x1 + x2) / 2 - width / diagonal / 2, (y1 + y2) / 2 - height / diagonal / 2
    long = lengths >= SHORTEST

    def voting(angles: NDArray[np.float64]) -> _Votes:
        kept = long & (np.abs(angles) <= STEEPEST)
        return _Votes(angles[kept], lengths[kept], across[kept], down[kept])

    return voting(slopes), voting(leaning), float(lengths[long].sum())


def _straightened(votes: _Votes) -> _Votes:
    """Return uprights as they would stand if they did not converge."""
    longest = np.argsort(-votes.lengths)[:LONGEST]
    if len(longest) < 4:
        return votes
    angles, lengths = votes.angles[longest], votes.lengths[longest]
    best, rate = -1.0, 0.0
    for one in CONVERGING:
        moved = angles - one * votes.across[longest]
        agree = np.exp(-0.5 * ((moved[:, None] - moved) / WIDTH) ** 2) @ lengths
        # Next to nothing speaks for parallels, so that chance does not speak against them.
        if (gain := float(agree.max()) * (1 - 0.008 * abs(one))) > best:
            best, rate = gain, float(one)
    return replace(votes, angles=votes.angles - rate * votes.across)


def _covered(middles: NDArray[np.float64], halves: NDArray[np.float64]) -> float:
    """Return the length of the union of intervals."""
    total, end = 0.0, -math.inf
    for low, high in sorted(zip(middles - halves, middles + halves, strict=True)):
        total += max(0.0, high - max(low, end))
        end = max(end, high)
    return float(total)
