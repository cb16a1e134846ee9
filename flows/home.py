"""Where a Winnow's state lies: `data/` and `mlruns/` under one folder, the home."""

from dataclasses import dataclass
from pathlib import Path

from traces.store import Store


@dataclass(frozen=True, slots=True)
class Home:
    """The folder with the state: the current one, unless `--home` or `WINNOW_HOME` names another."""

    folder: Path
    """The home itself."""
    place: str | None = None
    """Where sessions are stored, if not under the home: a folder or a URL such as `s3://bucket/prefix`."""

    @property
    def data(self) -> Path:
        """The local lake."""
        return self.folder / "data"

    @property
    def store(self) -> Store:
        """The store of sessions and turns."""
        return Store(self.place or self.data)

    @property
    def lock(self) -> Path:
        """The lock that a writer of the store holds: in the store where that is a folder, else in the home."""
        return (self.store.folder or self.data) / ".ingest.lock"

    @property
    def pseudonym_key(self) -> Path:
        """The key that pseudonyms are made with; it stays with the operator."""
        return self.data / "pseudonym.key"

    def keeps(self, path: Path) -> bool:
        """Whether a file is the home's own: its key, its lock, what it is writing."""
        return path == self.pseudonym_key or (path.parent == self.data and path.name.startswith("."))

    @property
    def fetched(self) -> Path:
        """Traces that were fetched from other systems, as files."""
        return self.data / "fetched"
