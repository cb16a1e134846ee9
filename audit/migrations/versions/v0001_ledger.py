"""The ledger, guarded against change; and beside it what can be derived from it or may be lost."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_USAGE = ("state", "open", "probability", "tokens", "padded_tokens")
_NO = "the ledger is append-only: correct a record by a new one"


def upgrade() -> None:
    """Makes everything."""
    _ledger()
    _guard()
    _cases()
    _review()
    _people()


def _ledger() -> None:
    op.create_table(
        "records",
        sa.Column("seq", _ID, primary_key=True, autoincrement=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("records_session", "records", ["session_id", "seq"])
    op.create_index("records_kind", "records", ["kind", "seq"])


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER records_no_{what.lower()} BEFORE {what} ON records "
                f"BEGIN SELECT RAISE(ABORT, '{_NO}'); END"
            )
        # INSERT OR REPLACE deletes without asking the trigger above
        op.execute(
            "CREATE TRIGGER records_in_order BEFORE INSERT ON records "
            "WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM records) "
            "OR NEW.previous <> coalesce((SELECT hash FROM records WHERE seq = NEW.seq - 1), NEW.previous) "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: correct a record by a new one'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION winnow_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_NO}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER records_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records "
        "FOR EACH STATEMENT EXECUTE FUNCTION winnow_append_only()"
    )


def _cases() -> None:
    """A row for each content of each session that was scored, and for each score of it."""
    op.create_table(
        "cases",
        sa.Column("case_id", _ID, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("session_id", "content", "model_version", "status")),
        *(sa.Column(name, sa.Text) for name in ("user_id", "source", "looks_like", "slice")),
        sa.Column("week", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        *(sa.Column(name, sa.Double, nullable=False) for name in ("started", "risk", "since", "rank")),
        *(sa.Column(name, sa.Double) for name in ("probability", "padded_share", "threshold", "novelty")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("tokens", "padded_tokens", "last_seq")),
        *(sa.Column(name, sa.SmallInteger, nullable=False) for name in ("flagged", "queued", "open", "current")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("round", "verdicts", "reviews")),
        sa.UniqueConstraint("session_id", "content"),
    )
    some = {column: sa.text(f"{column} = 1") for column in ("open", "queued", "flagged")}
    for name in ("risk", "since", "started", "padded_tokens"):
        op.create_index(f"cases_{name}", "cases", [name, "case_id"])
        for column in some:
            _index_some(f"cases_{column}_{name}", [name, "case_id"], some[column])
    for name in ("state", "source", "user_id", "looks_like"):
        op.create_index(f"cases_{name}", "cases", [name, "case_id"])
    _index_some("cases_flagged", ["case_id"], some["flagged"])
    _index_some("cases_unscored", ["case_id"], sa.text("status = 'unscored'"))
    _index_some("cases_waiting", ["slice", "rank", "case_id"], some["open"])
    _index_some("cases_queued_state", ["state"], some["queued"])
    # all that sums over weeks and people need, so that they never read the rows themselves
    op.create_index("cases_usage", "cases", ["week", "user_id", "current", *_USAGE])
    op.create_table(
        "scores",
        sa.Column("case_id", _ID, primary_key=True, autoincrement=False),
        sa.Column("model_version", sa.Text, primary_key=True),
        sa.Column("flagged", sa.SmallInteger, nullable=False),
        sa.Column("current", sa.SmallInteger, nullable=False),
        sa.Column("slice", sa.Text),
        sa.Column("sampling_probability", sa.Double),
        sa.Column("inclusion_probability", sa.Double),
        sa.Column("entry", sa.BigInteger),
        sa.Column("reasons", sa.Text, nullable=False),
    )
    op.create_index("scores_version", "scores", ["model_version", "current", "flagged"])
    drawn = sa.text("slice = 'random'")
    op.create_index("scores_random", "scores", ["model_version"], sqlite_where=drawn, postgresql_where=drawn)


def _index_some(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "cases", columns, sqlite_where=where, postgresql_where=where)


def _review() -> None:
    op.create_table(
        "judged",
        sa.Column("case_id", _ID, primary_key=True, autoincrement=False),
        sa.Column("auditor", sa.Text, primary_key=True),
    )
    op.create_index("judged_auditor", "judged", ["auditor"])
    op.create_table(
        "leases",
        sa.Column("case_id", _ID, primary_key=True, autoincrement=False),
        sa.Column("auditor", sa.Text, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
    )
    op.create_index("leases_auditor", "leases", ["auditor"])


def _people() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("closed", sa.SmallInteger, nullable=False),
    )
    op.create_table(
        "web_sessions",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("began", sa.Double, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
