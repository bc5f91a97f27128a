"""Run `python -m cropsmith.evals.lab.grounding FOLDER --detector NAME`."""

import argparse
from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.evals.lab.grounding.accuracy import measure, table
from cropsmith.tools.grounding.owl import detector_at_hand, load_owl


def main() -> None:
    """Print a table of the detector beside the guesses that look at nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with photos/, expressions.json")
    parser.add_argument("--detector", default="", help="hub name or folder of an OWL model")
    parser.add_argument("--limit", type=int, default=None, help="so many photos only")
    parser.add_argument("--batch", type=int, default=4)
    given = parser.parse_args()
    name = given.detector or detector_at_hand()
    if not name:
        raise UsageError("No detector's weights are on this machine.", hint="Name one.")
    trials = measure(load_owl(name), given.folder, given.batch, given.limit)
    print(table(name, trials))


if __name__ == "__main__":
    main()
