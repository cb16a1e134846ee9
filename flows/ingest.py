"""Ingest: traces in, canonical sessions out. Wires `traces/ingest.py` to the home and to other systems."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from flows.home import Home
from models.registry import trace_documents
from traces.format import About, Format
from traces.ingest import Account, Ingest, Progress, only_writer, silent
from traces.pseudonyms import load_or_make_key
from traces.quarantine import about_of, quarantined
from traces.readers import FORMATS


def ingest(
    home: Home,
    paths: Sequence[Path],
    *,
    about: About,
    format: str | None = None,
    user_from_folder: bool = False,
    again: bool = False,
    progress: Progress = silent,
) -> Account:
    """Takes in every trace under the paths and returns the account of it."""
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise FileNotFoundError(f"{missing[0]}: there is no such file or folder")
    with only_writer(home.lock):
        run = Ingest(
            home.store,
            about,
            format=format_named(format),
            user_from_folder=user_from_folder,
            pseudonym_key=_key(home, about),
            own=home.keeps,
        )
        return run.run(paths, progress, again)


def fetch_mlflow(home: Home, tracking_uri: str, experiments: Sequence[str]) -> Path:
    """Writes the traces of an MLflow tracking server to a file under the home, for `ingest`."""
    name = blake2b(f"{tracking_uri} {sorted(experiments)}".encode(), digest_size=6).hexdigest()
    path = home.fetched / f"mlflow-{name}.jsonl"
    with _whole(path) as partial, partial.open("wb") as file:
        for document in trace_documents(tracking_uri, experiments):
            file.write(document.replace(b"\n", b" ") + b"\n")
    return path


def retry(home: Home, progress: Progress = silent) -> Account:
    """Reads again what is in the quarantine: each file where it still is, else the bytes that were kept of it."""
    store = home.store
    records = list(quarantined(store))
    account = Account()
    with only_writer(home.lock):
        for file in dict.fromkeys(record.file.partition("!/")[0] for record in records):
            of_file = [record for record in records if record.file.partition("!/")[0] == file]
            about = replace(about_of(of_file[0]), file="")
            formats = {record.format for record in of_file}
            format = format_named(formats.pop()) if len(formats) == 1 and file == of_file[0].file else None
            run = Ingest(store, about, format=format, pseudonym_key=_key(home, about), account=account)
            if Path(file).is_file():
                run.run([Path(file)], progress, again=True)
            else:
                run.read_kept(file, of_file)
    return account


def format_named(name: str | None) -> Format | None:
    """The format with this name; `ValueError` naming all when there is none."""
    if name is None:
        return None
    for format in FORMATS:
        if format.name == name:
            return format
    raise ValueError(f"{name!r} is no known format; known are {', '.join(format.name for format in FORMATS)}")


def _key(home: Home, about: About) -> bytes | None:
    return load_or_make_key(home.pseudonym_key) if about.pseudonymise else None


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file that appears under its name only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.writing")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
