"""What people do with a case: decide, correct, take back, appeal, look. Each is a new record and changes no other."""

from dataclasses import dataclass

from audit.cases import NoSuchCase, Origin, find, read, reasons, settle
from audit.intake import enter
from audit.ledger import Ledger, Reading, Row, Writing
from audit.records import Account, Appeal, Decision, Entry, Record, Score, State, Verdict, View, Withdrawal
from audit.standing import Cast, bodies, standing


class NotAllowed(PermissionError):
    """An account may not do what it tried."""


class OutOfTurn(RuntimeError):
    """The case is not, or no longer, where this would fit: somebody else has it, or it is decided."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A verdict is in the ledger for good; now its auditor may know where the case came from."""

    verdict: int
    """Its number, by which it is taken back or corrected."""
    state: State
    origin: Origin


def decide(
    ledger: Ledger,
    account: Account,
    session_id: str,
    decision: Decision,
    *,
    content: str | None = None,
    turns: tuple[int, ...] = (),
    note: str = "",
    seconds: float = 0.0,
    replaces: int | None = None,
) -> Receipt:
    """Records what an auditor decides about a case, once however often it is sent; `replaces` corrects an earlier one.

    Who has the case open decides; so may another auditor as long as nobody has it open. Nobody judges a case twice,
    but for a lead, who may decide an appeal against a verdict of their own.
    """
    if account.role == "person":
        raise NotAllowed(f"{account.name} is no auditor and cannot decide about session {session_id}")
    if any(turn < 0 for turn in turns):
        raise ValueError(f"session {session_id} has no turn {min(turns)}: turns count from 0")
    with ledger.writing() as turn:
        row = find(turn, session_id, content)
        _not_ones_own(account, row)
        entry, cast, round_ = _now(turn, row)
        mine = [one for one in cast if one.auditor == account.name]
        verdict = Verdict(
            row["content"], entry[1].score.model_version, entry[0], decision, tuple(sorted(set(turns))), note, seconds,
            round_, replaces,
        )  # fmt: skip
        again = next((one for one in mine if _same(one.verdict, verdict)), None)
        if again is None:
            _in_turn(account, row, mine, verdict)
            again_seq = turn.append(verdict, by=account.name, session_id=session_id).seq
            _let_go(turn, row["case_id"], account.name)
        else:
            again_seq = again.seq
        state = settle(turn, session_id, row["content"], row["case_id"]).state
        return Receipt(again_seq, state, _origin(turn, row))


def withdraw(ledger: Ledger, account: Account, verdict: int, reason: str = "", minutes: float = 30) -> State:
    """Takes a verdict back: one's own, or as a lead anybody's; who takes back their own has the case open again."""
    with ledger.writing() as turn:
        record = next(turn.records("verdict", after=verdict - 1), None)
        if record is None or record.seq != verdict:
            raise NoSuchCase(f"there is no verdict {verdict} in the ledger")
        if account.role != "lead" and record.author != account.name:
            raise NotAllowed(f"verdict {verdict} is {record.author}'s: they, or a lead, can take it back")
        body = record.read()
        assert isinstance(body, Verdict)
        row = find(turn, record.session_id, body.content)
        if verdict not in {one.seq for one in _now(turn, row)[1]}:
            raise OutOfTurn(f"verdict {verdict} was taken back or corrected before")
        turn.append(Withdrawal(body.content, verdict, reason), by=account.name, session_id=record.session_id)
        found = settle(turn, record.session_id, body.content, row["case_id"])
        if found.open and record.author == account.name and row["held_by"] is None:
            hold(turn, row["case_id"], account.name, minutes)
        return found.state


def appeal(ledger: Ledger, account: Account, session_id: str, statement: str, content: str | None = None) -> Record:
    """Opens another round of review at the wish of the person concerned, by somebody who has not judged the case."""
    if not statement.strip():
        raise ValueError(f"the appeal about session {session_id} says nothing: it needs a statement")
    with ledger.writing() as turn:
        row = find(turn, session_id, content)
        if account.user_id is None or account.user_id != row["user_id"]:
            raise NotAllowed(f"session {session_id} is not {account.name}'s: only the person concerned can appeal")
        if row["state"] in ("appealed", "cleared", "unflagged"):
            raise OutOfTurn(f"session {session_id} is {row['state']}: there is nothing to appeal against")
        if not row["queued"]:
            enter(turn, row, _shown(turn, row), Entry(_shown(turn, row), "appeal", None, None), account.name)
        body = Appeal(row["content"], statement, row["round"] + 1)
        record = turn.append(body, by=account.name, session_id=session_id)
        turn.run("delete from leases where case_id = :case_id", case_id=row["case_id"])
        settle(turn, session_id, row["content"], row["case_id"])
        return record


def pick(ledger: Ledger, account: Account, session_id: str, content: str | None = None) -> Record:
    """Puts a case in the queue that no draw put there, since an auditor wants it judged."""
    if account.role == "person":
        raise NotAllowed(f"{account.name} is no auditor and cannot put session {session_id} in the queue")
    with ledger.writing() as turn:
        row = find(turn, session_id, content)
        if row["queued"]:
            raise OutOfTurn(f"session {session_id} is in the queue already, or was: it is {row['state']}")
        score = _shown(turn, row)
        return enter(turn, row, score, Entry(score, "picked", None, None), account.name)


def look(ledger: Ledger, account: Account, session_id: str, what: str = "transcript") -> Record:
    """Notes that somebody is being shown a session's prompts; call it before showing them."""
    with ledger.writing() as turn:
        row = find(turn, session_id)
        if account.role == "person" and (account.user_id is None or account.user_id != row["user_id"]):
            raise NotAllowed(f"session {session_id} is not {account.name}'s")
        return turn.append(View(what, row["user_id"]), by=account.name, session_id=session_id)


def origin(ledger: Ledger, account: Account, session_id: str, content: str | None = None) -> Origin | None:
    """How a case came into the queue: for a lead, or an auditor whose verdict on it counts; null for everybody else."""
    with ledger.reading() as view:
        row = find(view, session_id, content)
        judged = view.one(
            "select 1 as yes from judged where case_id = :case_id and auditor = :name",
            case_id=row["case_id"],
            name=account.name,
        )
        return _origin(view, row) if row["queued"] and (account.role == "lead" or judged) else None


def history(ledger: Ledger, account: Account, session_id: str) -> tuple[Record, ...]:
    """Verdicts, corrections, appeals and views of a session, oldest first, as far as this account may see them.

    While a case is open, auditors do not see what others decided in this round: they are to judge by themselves.
    """
    with ledger.reading() as view:
        row = find(view, session_id)
        if account.role == "person" and (account.user_id is None or account.user_id != row["user_id"]):
            raise NotAllowed(f"session {session_id} is not {account.name}'s")
        records = tuple(view.records("verdict", "withdrawal", "appeal", "view", session_id=session_id))
    if account.role != "auditor" or not row["open"]:
        return records
    hidden = {one.seq for one in records if one.author != account.name and _round(one) == row["round"]}
    return tuple(one for one in records if one.seq not in hidden and _verdict(one) not in hidden)


def hold(turn: Writing, case_id: int, auditor: str, minutes: float) -> None:
    """Gives a case to an auditor for a while, whoever had it before."""
    turn.run(
        "insert into leases (case_id, auditor, until) values (:case_id, :auditor, :until) "
        "on conflict (case_id) do update set auditor = excluded.auditor, until = excluded.until",
        case_id=case_id,
        auditor=auditor,
        until=turn.now.timestamp() + 60 * minutes,
    )


def _let_go(turn: Writing, case_id: int, auditor: str) -> None:
    turn.run("delete from leases where case_id = :case_id and auditor = :auditor", case_id=case_id, auditor=auditor)


def _now(view: Reading, row: Row) -> tuple[tuple[int, Entry], tuple[Cast, ...], int]:
    """The entry that is shown, the verdicts that count, and the round."""
    said = bodies(
        view.records("entry", "verdict", "withdrawal", "appeal", session_id=row["session_id"]), row["content"]
    )
    entries = [(seq, body) for seq, _, body in said if isinstance(body, Entry)]
    if not entries:
        raise OutOfTurn(f"session {row['session_id']} is not in the queue: pick it first")
    found = standing(said)
    return entries[-1], found.cast, found.round


def _in_turn(account: Account, row: Row, mine: list[Cast], verdict: Verdict) -> None:
    session_id = row["session_id"]
    if verdict.replaces is not None:
        if verdict.replaces not in {one.seq for one in mine if one.verdict.round == verdict.round}:
            raise OutOfTurn(f"{account.name} has no verdict {verdict.replaces} on session {session_id} to correct")
        return
    if row["held_by"] not in (None, account.name):
        raise OutOfTurn(f"{row['held_by']} has session {session_id} open; the verdict was not recorded")
    if not row["open"] and not row["current"]:
        raise OutOfTurn(f"session {session_id} went on since: what it was before is judged no more")
    if not row["open"]:
        raise OutOfTurn(f"session {session_id} is {row['state']} already; take a verdict back, or correct yours")
    if any(account.role != "lead" or one.verdict.round == verdict.round for one in mine):
        raise OutOfTurn(f"{account.name} has judged session {session_id} before: somebody else has to")


def _not_ones_own(account: Account, row: Row) -> None:
    if account.user_id is not None and account.user_id == row["user_id"]:
        raise NotAllowed(f"session {row['session_id']} is {account.name}'s own: somebody else has to judge it")


def _same(one: Verdict, other: Verdict) -> bool:
    """Whether a verdict was sent again; how long it took does not matter."""
    return (one.round, one.decision, one.turns, one.note, one.replaces) == (
        other.round, other.decision, other.turns, other.note, other.replaces
    )  # fmt: skip


def _origin(view: Reading, row: Row) -> Origin:
    found = view.one(
        "select slice, sampling_probability, inclusion_probability from scores "
        "where case_id = :case_id and model_version = :version",
        case_id=row["case_id"],
        version=row["model_version"],
    )
    assert found is not None
    return Origin(**found)


def _shown(view: Reading, row: Row) -> Score:
    """The score that a case shows."""
    case = read(row, reasons(view, row))
    return Score(**{name: getattr(case, name) for name in Score.__dataclass_fields__})


def _round(record: Record) -> int | None:
    body = record.read()
    return body.round if isinstance(body, Verdict) else None


def _verdict(record: Record) -> int | None:
    body = record.read()
    return body.verdict if isinstance(body, Withdrawal) else None
