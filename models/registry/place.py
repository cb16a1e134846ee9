"""Where runs and versions are kept: a database and a folder under the home, or a tracking server."""

import logging
import os
import re
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_PASSWORD = re.compile("//([^/@:]*):[^/@]*@")
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")


class Unreachable(ConnectionError):
    """The store cannot be used; later it may be."""


class NoVersion(LookupError):
    """There is no such version, or no such run."""


@dataclass(frozen=True, slots=True)
class Place:
    """A tracking store with its registry, and where artifacts go."""

    uri: str
    folder: Path
    """The home's `mlruns`; what is fetched from a server lies there too."""
    artifacts: str | None
    """A URL; null where the server decides."""
    database: Path | None
    """The store itself, where it is a file."""

    @classmethod
    def at(cls, home: Path, uri: str | None = None, artifacts: str | None = None) -> "Place":
        """The store of a home: `mlruns/mlflow.db`, or where `uri` or else `MLFLOW_TRACKING_URI` points.

        Artifacts lie under `mlruns/artifacts`, or under a URL such as `s3://bucket/prefix`; a server keeps its own.
        Paths are stored whole: a home with versions in it cannot be moved.
        """
        folder = home.resolve() / "mlruns"
        given = uri or os.environ.get("MLFLOW_TRACKING_URI")
        database = local_path(given) if given else folder / "mlflow.db"
        if "?" in str(folder):
            raise ValueError(f"{folder}: MLflow cannot keep a database in a folder with a question mark in its name")
        where = given or f"sqlite:///{folder / 'mlflow.db'}"
        if artifacts is None and urlsplit(where).scheme.split("+")[0] in _DATABASES:
            artifacts = (folder / "artifacts").as_uri()
        return cls(where, folder, artifacts, database)

    @property
    def shown(self) -> str:
        """Its address without the password."""
        return hidden(self.uri)

    @property
    def exists(self) -> bool:
        """Whether there is something to ask; a server may be there."""
        return self.database is None or holds_store(self.database)

    def client(self) -> "MlflowClient":
        """A client of the store, which is made where it is a file that is missing; `Unreachable` where none answers.

        The client knows its store by itself: nothing is set for the whole process.
        """
        be_quiet()
        if self.database is not None and not self.database.exists():
            _make(self.database)
        try:
            client = connect(self.uri)
            client.search_experiments(max_results=1)
        except Exception as error:
            raise Unreachable(
                f"the MLflow store at {self.shown} cannot be used: {brief(error)}: start the server, or correct or "
                "unset MLFLOW_TRACKING_URI"
            ) from error
        return client


def connect(uri: str) -> "MlflowClient":
    """A client of a store and of its registry, not of the ones that the environment names."""
    from mlflow.tracking import MlflowClient

    return MlflowClient(uri, os.environ.get("MLFLOW_REGISTRY_URI") or uri)


def be_quiet() -> None:
    """No telemetry, no news of migrations and no bars, and no long wait for a server that is not there."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    logging.getLogger("alembic").setLevel(logging.WARNING)


def local_path(uri: str) -> Path | None:
    """Where a local store lies; null for a server, and for databases that are asked over the network."""
    parts = urlsplit(uri)
    if parts.scheme == "sqlite":
        return Path(unquote(parts.path)[1:]) if parts.path.strip("/") else None
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(uri) if parts.scheme == "" and uri != "databricks" else None


def holds_store(path: Path) -> bool:
    """Whether a folder, or a database with MLflow's tables, is there; MLflow itself would make one."""
    if not path.is_file():
        return path.is_dir()
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as database:
            return database.execute("select 1 from sqlite_master where name = 'latest_metrics'").fetchone() is not None
    except sqlite3.DatabaseError:
        return False


def hidden(uri: str) -> str:
    """A URI, or a text that has one in it, without its password."""
    return _PASSWORD.sub(r"//\1:***@", uri)


def brief(error: Exception) -> str:
    """The first line of what went wrong."""
    return hidden(str(error).strip().split("\n", 1)[0][:300])


def _make(path: Path) -> None:
    """Makes a database that appears whole or not at all: its migrations take seconds, and could be killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=path.parent) as folder:
        fresh = Path(folder) / path.name
        connect(f"sqlite:///{fresh}").search_experiments(max_results=1)
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass  # another process was quicker: its database counts
        except OSError:  # a file system without links
            if not path.exists():  # renaming would replace what another process has made, and perhaps written to
                fresh.rename(path)
