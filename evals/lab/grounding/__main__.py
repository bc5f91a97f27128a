"""Run `python -m cropsmith.evals.lab.grounding FOLDER --detector NAME`."""

import argparse
from pathlib import Path

from cropsmith.evals.lab.grounding.accuracy import measure, table
from cropsmith.tools.grounding.offline import NANODET
from cropsmith.tools.grounding.owl import detector_at_hand, load_owl


def main() -> None:
    """Print a table of the detector beside the guesses that look at nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with photos/, expressions.json")
    parser.add_argument(
        "--detector", default="", help="hub name or folder of an OWL model; nanodet"
    )
    parser.add_argument("--limit", type=int, default=None, help="so many photos only")
    parser.add_argument("--batch", type=int, default=4)
    given = parser.parse_args()
    name = given.detector or detector_at_hand() or NANODET
    detector = None if name == NANODET else load_owl(name)
    trials = measure(detector, given.folder, given.batch, given.limit)
    print(table(name, trials))


if __name__ == "__main__":
    main()
