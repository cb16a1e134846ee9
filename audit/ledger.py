"""The review ledger: an append-only, hash-chained table of records in a database, and what is kept beside it.

The one home of the database toolkit. Everything else in this room speaks plain SQL, which SQLite and Postgres both
understand, through `reading` and `writing`. A writer holds the ledger's lock from before it reads the head until it
commits, so that the chain never forks, whoever writes from wherever. What `writing` has committed is on the disk.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url

from audit.chain import GENESIS, Fault, Head, faults, seal
from audit.records import Body, Record, canonical, kind_of, stamp

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x77696E6E6F77  # one advisory lock per Postgres database
_PATIENCE = 60
"""Seconds that a writer waits for another process's turn to end."""

Row = Mapping[str, Any]


class TooNew(ValueError):
    """The database was written by a newer Winnow."""


class Reading:
    """A view of the database as it is at one moment."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self.now = now
        self.is_sqlite = connection.dialect.name == "sqlite"

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """The rows of a query with `:named` values; a list of values stands where SQL has `in :name`."""
        return [row._asdict() for row in self._connection.execute(_text(sql, values), values)]

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row, or null."""
        row = self._connection.execute(_text(sql, values), values).first()
        return None if row is None else row._asdict()

    def number(self, sql: str, **values: Any) -> int:
        """The one number that a query asks for; 0 where there is none."""
        return int(self._connection.execute(_text(sql, values), values).scalar() or 0)

    def head(self) -> Head:
        """The end of the chain."""
        last = self.one("select seq, hash from records order by seq desc limit 1")
        return Head(last["seq"], last["hash"]) if last else Head(0, GENESIS)

    def records(self, *kinds: str, session_id: str | None = None, after: int = 0) -> Iterator[Record]:
        """The records, oldest first: of all kinds or some, of all sessions or one; all are never in memory at once."""
        where, values = ["seq > :after"], dict[str, Any](after=after)
        if kinds:
            where.append("kind in :kinds")
            values["kinds"] = kinds
        if session_id is not None:
            where.append("session_id = :session_id")
            values["session_id"] = session_id
        columns = ", ".join(Record.__dataclass_fields__)
        sql = f"select {columns} from records where {' and '.join(where)} order by seq"  # noqa: S608
        streamed = {} if session_id is not None else {"yield_per": 1000}
        found = self._connection.execute(_text(sql, values), values, execution_options=streamed)
        for row in found:
            yield Record(*row)


class Writing(Reading):
    """A turn at writing: everything in it happens, or nothing."""

    def run(self, sql: str, **values: Any) -> int:
        """Changes rows beside the ledger; returns how many."""
        return self._connection.execute(_text(sql, values), values).rowcount

    def run_many(self, sql: str, values: Sequence[Row]) -> None:
        """The same statement for many rows."""
        if values:
            self._connection.execute(sa.text(sql), [dict(one) for one in values])

    def append(self, body: Body, *, by: str, session_id: str = "") -> Record:
        """Adds a record to the chain."""
        return self.append_all([(body, session_id)], by=by)[0]

    def append_all(self, bodies: Iterable[tuple[Body, str]], *, by: str) -> list[Record]:
        """Adds records to the chain, each with the session that it is about."""
        head, time, added = self.head(), stamp(self.now), list[Record]()
        for seq, (body, session_id) in enumerate(bodies, head.seq + 1):
            previous = added[-1].hash if added else head.hash
            added.append(seal(seq, time, kind_of(body), session_id, by, canonical(body), previous))
        self.run_many(_APPEND, [record.plain() for record in added])
        return added


_APPEND = (
    "insert into records (seq, time, kind, session_id, author, body, previous, hash) "
    "values (:seq, :time, :kind, :session_id, :author, :body, :previous, :hash)"
)


class Ledger:
    """A ledger's database; may be used from many threads at once."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._turn = threading.Lock()  # within a process writers queue here: the database's own waiting is unfair
        self.now = clock

    @classmethod
    def open(cls, url: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> "Ledger":
        """The ledger at a database URL, made or brought up to date where needed.

        `sqlite:///path` and `postgresql://…` are meant; `TooNew` where a newer Winnow has changed the database.
        """
        ledger = cls(_engine(url), clock)
        with ledger.writing() as turn:
            _migrate(turn._connection)
        return ledger

    def close(self) -> None:
        """Lets go of all connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """The database as it is now, for as long as the block lasts."""
        with self._engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("set transaction isolation level repeatable read, read only"))
            yield Reading(connection, self.now())

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """The one turn at writing: others wait; an exception in the block leaves everything as it was."""
        with self._turn, self._engine.connect().execution_options(writing=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("set local synchronous_commit = on"))
                connection.execute(sa.text(f"select pg_advisory_xact_lock({_LOCK})"))
            yield Writing(connection, self.now())

    def head(self) -> Head:
        """The end of the chain: note it elsewhere, and no later change of what came before stays unseen."""
        with self.reading() as view:
            return view.head()

    def verify(self, noted: Sequence[Head] = ()) -> tuple[Fault, ...]:
        """Everything that was changed, taken out, put in or moved since it was written, as far as can be told.

        A cut at the end is seen by what was noted elsewhere, or where a session's row remembers a later record.
        """
        with self.reading() as view:
            found = list(faults(view.records(), noted))
            last, seq = view.number("select max(last_seq) from cases"), view.head().seq
        if last > seq and not any(fault.kind == "truncated" for fault in found):
            found.append(Fault(last, "truncated", f"a session remembers it, and the ledger now ends with record {seq}"))
        return tuple(found)


def _text(sql: str, values: Mapping[str, Any]) -> sa.TextClause:
    lists = [name for name, value in values.items() if isinstance(value, list | tuple) and f":{name}" in sql]
    return sa.text(sql).bindparams(*(sa.bindparam(name, expanding=True) for name in lists))


def _engine(url: str) -> Engine:
    place = make_url(url)
    if place.get_backend_name() == "postgresql":
        return sa.create_engine(place.set(drivername="postgresql+psycopg"), pool_size=8, max_overflow=8)
    if place.get_backend_name() != "sqlite" or not place.database or place.database == ":memory:":
        raise ValueError(f"a ledger lies in a SQLite file (sqlite:///path) or in Postgres, not at {place!r}")
    Path(place.database).parent.mkdir(parents=True, exist_ok=True)
    Path(place.database).touch(mode=0o600)  # a new one is for its owner's eyes only
    engine = sa.create_engine(place, connect_args={"timeout": _PATIENCE}, pool_size=8, max_overflow=8)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    """Write-ahead logging, and every commit on the disk before it is acknowledged."""
    connection.isolation_level = None  # the driver would begin transactions when it sees fit
    for pragma in ("journal_mode = wal", "synchronous = full", "cache_size = -65536", "mmap_size = 2147483648"):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("begin immediate" if writing else "begin")


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    steps = ScriptDirectory.from_config(settings)
    known = {step.revision for step in steps.walk_revisions()}
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in known:
        raise TooNew(
            f"the ledger at {connection.engine.url!r} is at step {present}, and this Winnow knows steps up to "
            f"{steps.get_current_head()}: use the Winnow that wrote it, or a newer one"
        )
    if present != steps.get_current_head():
        command.upgrade(settings, "head")
