"""CPU time of `import cropsmith` and `cropsmith --help`, the bare interpreter's taken off."""

import resource
import subprocess
import sys


def child_cpu(code: str) -> float:
    """Return the least CPU seconds of five fresh interpreters running `code`."""
    best = float("inf")
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-P", "-c", code], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best, spent)
    return best


def main() -> None:
    """Print both, beside the bare interpreter."""
    bare = child_cpu("pass")
    help_ = (
        "import sys; sys.argv = ['cropsmith', '--help'];"
        "from cropsmith.commands.main import main; main()"
    )
    for name, code in {
        "bare interpreter": "pass",
        "import cropsmith": "import cropsmith",
        "import cropsmith, crop": "from cropsmith import crop",
        "cropsmith --help": help_,
    }.items():
        spent = child_cpu(code)
        print(f"{name:24} {spent:5.2f} s CPU   {spent - bare:5.2f} s more than bare")


if __name__ == "__main__":
    main()
