"""Which files a client may have opened and written: those below the roots, and no others."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cropsmith.errors import UsageError


class Roots:
    """Folders. A path counts by where it leads, through every link."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)

    def within(self, uris: Sequence[str]) -> "Roots":
        """Return what of these roots a client's own (file:// addresses) leave open."""
        asked = [path for uri in uris if (path := _folder_of(uri)) is not None]
        inner = [one for one in asked if self._has(one)]
        # A client that opens more than the server does leaves the server's.
        inner += [own for own in self._folders if any(own.is_relative_to(one) for one in asked)]
        return Roots(inner)

    def photo(self, given: str) -> str | Path:
        """Return an address or a path that may be opened. UsageError otherwise."""
        if given.lower().startswith(("http://", "https://")):
            return given
        path = self._inside(given)
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            raise UsageError("The path is no file.")
        return path

    def output(self, given: str) -> Path:
        """Return a path that may be written. UsageError otherwise: a root itself is none."""
        path = self._inside(given)
        if path in self._folders:  # a name made from it would lie beside the root
            raise UsageError("The path is a root itself.", hint="Name a file in it.")
        return path

    def _inside(self, given: str) -> Path:
        first = self._folders[0] if self._folders else Path("/nowhere")
        try:
            path = (first / given).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a NUL, or links in a circle
            raise UsageError("This is no path.") from error
        if not self._has(path):
            shown = ", ".join(map(str, self._folders)) or "none"
            raise UsageError("The path is outside of the roots.", hint=f"Roots: {shown}.")
        return path

    def _has(self, path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in self._folders)


def _folder_of(uri: str) -> Path | None:
    """Return the folder of a file:// address, None for what is none."""
    try:
        return Path(unquote(urlsplit(uri).path)).resolve() if uri.startswith("file://") else None
    except (OSError, ValueError, RuntimeError):
        return None
