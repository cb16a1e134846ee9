"""Ingest: from paths to the store, with an account in which nothing is lost: read + quarantined = seen.

What was taken in before and has not changed is passed over; a file that has grown updates its sessions. Files are read
one after the other and committed in batches, so a killed run leaves whole batches, and the next one goes on from there.
"""

import fcntl
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
from xxhash import xxh3_128

from traces.batch import Batch
from traces.commit import commit
from traces.files import Found, Kept, Plain, members_of, walk
from traces.format import About, Content, Format, Record, Unreadable
from traces.pseudonyms import pseudonym, without_home
from traces.quarantine import Quarantined, Refusals
from traces.reading import Reading, Refused, recognise
from traces.schema import Session
from traces.store import State, Store

HEAD_OF_UNKNOWN = 64 * 1024
"""How much of a file whose format is not known goes to the quarantine."""

_COMMIT_SECONDS = 20.0

Progress = Callable[[Path, int], None]
"""Told of each file, and of the bytes that were dealt with since the last call."""


def silent(_path: Path, _size: int) -> None:
    """Progress that nobody watches."""


@dataclass(slots=True)
class Account:
    """What an ingest did."""

    files: Counter[str] = field(default_factory=Counter)
    """Files by what became of them: `read`, `unchanged`, `duplicate`, `empty`, `unknown-format`, `link`, …"""
    formats: Counter[str] = field(default_factory=Counter)
    """Files read, by format."""
    bytes: int = 0
    """Bytes of the files that were read."""
    records_seen: int = 0
    """Records met in them."""
    records_read: int = 0
    """Records that were taken in."""
    quarantined: Counter[str] = field(default_factory=Counter)
    """Records that were not, by reason."""
    sessions: Counter[str] = field(default_factory=Counter)
    """Sessions by what became of them: `new`, `updated`, `same`; and `resumed` ones among the first two."""
    turns: int = 0
    """Turns written."""
    masked: Counter[str] = field(default_factory=Counter)
    """Secrets masked, by kind."""

    @property
    def balanced(self) -> bool:
        """Whether every record that was seen was either read or quarantined."""
        return self.records_read + self.quarantined.total() == self.records_seen


class Busy(OSError):
    """Another ingest is writing to the same store."""


@contextmanager
def only_writer(lock: Path) -> Iterator[None]:
    """Holds the store's lock; the system lets go of it when the process dies, however it dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"another ingest is writing (it holds {lock}); wait for it to end and run this again") from error
        yield


@dataclass(slots=True)
class Ingest:
    """One run over some paths; the options hold for all of them."""

    store: Store
    about: About = field(default_factory=lambda: About(file=""))
    format: Format | None = None
    """Reads every file as this format instead of recognising it."""
    user_from_folder: bool = False
    """Takes the first folder under each given path as the user's id."""
    pseudonym_key: bytes | None = None
    """Replaces user ids by pseudonyms made with this key."""
    own: Callable[[Path], bool] = lambda _path: False
    """Which files are Winnow's own and no traces."""
    account: Account = field(default_factory=Account)
    _batch: Batch = field(default_factory=Batch)
    _state: State = field(default_factory=State)
    _files: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _refusals: Refusals = field(init=False)
    _began: float = 0.0
    _digests: set[str] = field(default_factory=set)

    def run(self, paths: Sequence[Path], progress: Progress = silent, again: bool = False) -> Account:
        """Takes in all files under the paths; `again` reads those that have not changed as well."""
        self._begin(self.store.state())
        self.store.sweep(self._state)
        self._digests = {str(entry["digest"]) for entry in self._state.files.values()}
        try:
            for top in paths:
                for found in walk([top]):
                    self._file(found, top, again, progress)
                    if self._batch.large or monotonic() - self._began > _COMMIT_SECONDS:
                        self._commit()
            self._commit()
        finally:
            self._batch.close()
        self.store.sweep(self._state)
        return self.account

    def read_kept(self, file: str, records: Sequence[Quarantined]) -> None:
        """Reads the bytes that the quarantine kept of a file that is gone; what they give is added to its sessions."""
        self._begin(self.store.state())
        self._batch.fragments = True
        before = self.account.records_seen
        kept = Kept(b"\n".join(record.raw for record in records))
        try:
            self._read(kept, Path(file), replace(self.about, file=file), silent)
        except Unreadable:
            self._begin(self._state)
        if self.account.records_seen - before == len(records) and all(record.whole for record in records):
            self._refusals.files.add(file)
            self.account.files["read"] += 1
            self._commit()
            return
        self.account.files["kept"] += 1  # by themselves they do not say enough (a row without its header): they stay
        self._begin(self._state)

    def _file(self, found: Found, top: Path, again: bool, progress: Progress) -> None:
        ours = self.store.holds(found.path.absolute()) or self.own(found.path.absolute())
        skipped = found.skipped or ("our-own" if ours else None)
        if skipped:
            self.account.files[skipped] += 1
            return
        name = os.fsencode(found.path.absolute()).decode("utf-8", "backslashreplace")
        about = replace(self.about, file=name, user=self._user(found.path, top))
        try:
            stat = found.path.stat()
            known_as = name if self.pseudonym_key is None else without_home(self.pseudonym_key, name)
            outcome, entry = self._entry(found.path, known_as, stat.st_size, stat.st_mtime_ns, again)
            if outcome is None:
                outcome = self._contents(found.path, about, progress)
                if outcome == "read":
                    self.account.bytes += stat.st_size
            self._files[known_as] = entry
        except OSError as error:
            outcome = "unreadable-file"
            self._refuse(about, Refused(Record(b"", 0), outcome, f"the file cannot be read: {error.strerror}"))
        self.account.files[outcome] += 1
        progress(found.path, 0)

    def _entry(self, path: Path, name: str, size: int, changed: int, again: bool) -> tuple[str | None, dict[str, Any]]:
        """What the store will note of a file, and why it need not be read where that is so."""
        known = self._state.files.get(name)
        if known and not again and (known["size"], known["changed"]) == (size, changed):
            return "unchanged", dict(known)
        entry = {"size": size, "changed": changed, "digest": _digest(path)}
        if size == 0:
            return "empty", entry
        if known and not again and known["digest"] == entry["digest"]:
            return "unchanged", entry
        if entry["digest"] in self._digests and not known:
            return "duplicate", entry
        self._digests.add(str(entry["digest"]))
        return None, entry

    def _contents(self, path: Path, about: About, progress: Progress) -> str:
        self._refusals.files.add(about.file)
        plain = Plain(path)
        try:
            return self._read(plain, path, about, progress)
        except Unreadable as error:
            if error.reason != "unknown-format" or not plain.is_zip:
                return self._unread(plain, about, error)
        try:
            inside = list(members_of(path))
        except Unreadable as error:
            return self._unread(plain, about, error)
        for member in inside:
            inner = replace(about, file=f"{about.file}!/{member.name}")
            try:
                self._read(member, Path(member.name), inner, progress)
            except Unreadable as error:
                self._unread(member, inner, error)
        return "read"

    def _read(self, content: Content, path: Path, about: About, progress: Progress) -> str:
        format = self.format or recognise(content, path.name)
        reading = Reading(content, format, about)
        done = 0
        for part in reading.sessions():
            if isinstance(part, Refused):
                self.account.quarantined[part.reason] += 1
                self._refusals.add(format.name, about, part)
            else:
                self._batch.add(self._anonymous(part))
            progress(path, reading.bytes - done)
            done = reading.bytes
        self.account.formats[format.name] += 1
        self.account.records_seen += reading.seen
        self.account.records_read += reading.read
        return "read"

    def _unread(self, content: Content, about: About, error: Unreadable) -> str:
        """A file that cannot be read as a whole goes to the quarantine with the bytes it begins with."""
        try:
            with content.open() as stream:
                raw = stream.read(HEAD_OF_UNKNOWN + 1)
        except Unreadable:
            raw = b""
        if not raw and isinstance(content, Plain):
            with content.path.open("rb") as stream:
                raw = stream.read(HEAD_OF_UNKNOWN + 1)
        if not raw.strip(b"\xef\xbb\xbf\0 \t\r\n") and error.reason == "unknown-format":
            return "empty"
        record = Record(raw[:HEAD_OF_UNKNOWN], 0, whole=len(raw) <= HEAD_OF_UNKNOWN)
        self._refuse(about, Refused(record, error.reason, error.detail))
        return error.reason

    def _refuse(self, about: About, refused: Refused) -> None:
        self.account.records_seen += 1
        self.account.quarantined[refused.reason] += 1
        self._refusals.add(None, about, refused)

    def _user(self, path: Path, top: Path) -> str | None:
        if self.user_from_folder and top.is_dir():
            inside = path.relative_to(top).parts
            return inside[0] if len(inside) > 1 else self.about.user
        return self.about.user

    def _anonymous(self, session: Session) -> Session:
        key = self.pseudonym_key
        if key is None:
            return session
        return msgspec.structs.replace(
            session,
            user_id=session.user_id and pseudonym(key, session.user_id),
            file=without_home(key, session.file),
            project=session.project and without_home(key, session.project),
        )

    def _begin(self, state: State) -> None:
        self._state = state
        self._began = monotonic()
        self._batch, self._files = Batch(), {}
        self._refusals = Refusals(self.store, state.number + 1)

    def _commit(self) -> None:
        """Brings the batch into the store at one stroke, and begins a new one."""
        state, merge, turns = commit(self.store, self._state, self._batch, self._files, self._refusals)
        self.account.turns += turns
        self.account.sessions.update(
            {"new": len(merge.new), "updated": len(merge.updated), "same": merge.same, "resumed": merge.resumed}
        )
        self.account.masked += self._batch.masked
        self._batch.close()
        self._begin(state)


def _digest(path: Path) -> str:
    digest = xxh3_128()
    with path.open("rb") as stream:
        while chunk := stream.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest()
