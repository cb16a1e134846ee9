"""Names for files and folders that a session makes: of words that its other files are named with."""

from collections.abc import Sequence

from numpy.random import Generator

_SUFFIXES = (".txt", ".md", ".log", ".txt", ".dat", ".out")


class Naming:
    """Whoever has folders and words can name new files. Does not know which files there are already."""

    __slots__ = ()
    rng: Generator
    _words: list[str]
    _folders: list[str]

    def folder(self) -> str:
        """A folder that the host works in."""
        return _pick(self._folders, self.rng) if self._folders else "."

    def temporary(self) -> str:
        """A folder that nobody will look into again."""
        name = self.name()
        # a name that an agent would choose; nothing is ever written there
        return f"/tmp/{name}" if self.rng.random() < 0.6 else f"{self.folder() or '.'}/{name}"  # noqa: S108

    def name(self) -> str:
        """A new name, of words that the host's files are named with."""
        words = [_pick(self._words, self.rng) for _ in range(1 + int(self.rng.random() * 2))]
        tail = f"{int(self.rng.random() * 90)}" if self.rng.random() < 0.3 else ""
        return "_-"[int(self.rng.random() * 2)].join(dict.fromkeys(words)) + tail

    def path(self, folder: str | None = None, suffix: str = "") -> str:
        """A new file there, or in one of the host's folders."""
        place = self.folder() if folder is None else folder
        return f"{place}/{self.name()}".lstrip("/" if not place else "") + (suffix or _pick(_SUFFIXES, self.rng))


def _pick(values: Sequence[str], rng: Generator) -> str:
    return values[int(rng.random() * len(values))]
