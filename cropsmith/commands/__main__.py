"""`cropsmith`, as it is started: Ctrl-C ends it in one line also while it is loading."""

import sys


def main() -> None:
    """Run the command line. It loads within, so that an interrupt then ends as any other does."""
    try:
        from cropsmith.commands.main import main as run

        run()
    except KeyboardInterrupt:
        print("cropsmith: stopped.", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
