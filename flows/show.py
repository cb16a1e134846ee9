"""What the commands print: tables for people, one JSON object a line for programs. Traces are shown inert."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from traces.ingest import Account
from traces.ingest import Progress as Told
from traces.schema import Session, Turn

if TYPE_CHECKING:
    from flows.score import Score
    from models.gate import Decision

_ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CUT = 2000
_SHOWN_TURNS, _LINE = 5, 90
_WIDE = 100

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)


def inert(text: object) -> Text:
    """Text from a trace with nothing in it that a terminal would act on."""
    return Text(_ACTIVE.sub("\ufffd", "" if text is None else str(text)))


def json_lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line on standard output."""
    for row in rows:
        sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
    sys.stdout.buffer.flush()


def table(columns: Iterable[str], rows: Iterable[Iterable[object]], *, wrap: bool = True) -> None:
    """A table on standard output; numbers to the right."""
    cells = [list(row) for row in rows]
    shown = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    for place, column in enumerate(columns):
        numeric = all(isinstance(row[place], int) or row[place] is None for row in cells)
        shown.add_column(column, justify="right" if numeric and cells else "left", overflow="fold", no_wrap=not wrap)
    for row in cells:
        shown.add_row(*(f"{cell:,}" if isinstance(cell, int) else inert(cell) for cell in row))
    out.print(shown)


def sessions(rows: Iterable[Mapping[str, Any]]) -> None:
    """Session headers, a line each; ids are cut to what `winnow sessions show` needs."""
    day = "%m-%d" if out.width < _WIDE else "%Y-%m-%d"
    columns: dict[str, Callable[[Mapping[str, Any]], object]] = {
        "started": lambda row: f"{row['started']:{day} %H:%M}" if row["started"] else None,
        "id": lambda row: _cut_to(row["session_id"], 10),
        "user": lambda row: _cut_to(row["user_id"], 10),
        "format": lambda row: row["format"],
        "origin": lambda row: row["origin"],
        "turns": lambda row: row["turns"],
        "typed": lambda row: row["typed_turns"],
        "calls": lambda row: row["tool_calls"],
        "tokens in": lambda row: row["input_tokens"],
        "out": lambda row: row["output_tokens"],
    }
    if out.width < _WIDE:
        del columns["origin"], columns["out"]
    table(columns, ([value(row) for value in columns.values()] for row in rows), wrap=False)


def quarantined(rows: Iterable[Mapping[str, Any]]) -> None:
    """Quarantined records, a line each."""
    columns = ("file", "line", "reason", "detail")
    table(columns, ([_near(row["file"]), *(row[name] for name in columns[1:])] for row in rows))


@contextmanager
def progress_over(paths: Iterable[Path]) -> Iterator[Told]:
    """A progress bar over the bytes of all files under the paths, on a terminal; silent elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True, disable=not err.is_terminal) as bar:
        total = sum(_size(path) for path in paths) if err.is_terminal else None
        task = bar.add_task("ingesting", total=total)

        def tell(path: Path, size: int) -> None:
            bar.update(task, advance=size, description=f"{inert(path.name).plain[-40:]:40}")

        yield tell


@contextmanager
def progress_of(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar over things that are counted, on a terminal; silent elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def steps() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Progress bars of one step after the other, on a terminal; silent elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:

        def begin(what: str) -> Callable[[int, int], None]:
            task = bar.add_task(what, total=None)
            return lambda done, total: bar.update(task, completed=done, total=total)

        yield begin


def fields(value: Any) -> None:
    """A dataclass's counts, a line each."""
    rows: list[tuple[str, object]] = []
    for name, number in msgspec.to_builtins(value).items():
        inner = number.items() if isinstance(number, dict) else ((None, number),)
        rows += [(name if key is None else f"{name}: {key}", count) for key, count in inner]
    table(("what", "number"), rows)


def account(result: Account) -> None:
    """The account of an ingest."""
    rows: list[tuple[str, object]] = [
        ("files seen", result.files.total()),
        *((f"  {what}", number) for what, number in sorted(result.files.items())),
        ("records seen", result.records_seen),
        ("  read", result.records_read),
        ("  quarantined", result.quarantined.total()),
        *((f"    {reason}", number) for reason, number in result.quarantined.most_common()),
        *((f"sessions {what}", number) for what, number in result.sessions.items() if number),
        ("turns written", result.turns),
        *((f"secrets masked: {kind}", number) for kind, number in result.masked.most_common()),
    ]
    table(("what", "number"), rows)


def scores(judged: Iterable["Score"]) -> None:
    """Judgements, a line each, the likeliest padded first; those with too little to judge last."""
    ordered = sorted(judged, key=lambda one: -1.0 if one.probability is None else one.probability, reverse=True)
    table(
        ("id", "user", "probability", "padded", "flag", "looks like", "first reason"),
        (
            (
                _cut_to(one.session_id, 12),
                _cut_to(one.user_id, 12),
                one.status if one.probability is None else f"{one.probability:.3f}",
                None if one.padded_share is None else f"{one.padded_share:.0%}",
                "review" if one.flagged else "",
                one.looks_like,
                one.reasons[0].text if one.reasons else "",
            )
            for one in ordered
        ),
    )


def judgement(one: "Score", whole: Session) -> None:
    """One judgement in full, with the beginning of each turn that shows a reason."""
    known = {turn.index: turn for turn in whole.turns}
    if one.probability is None:
        out.print(inert(f"{one.session_id}: not scored, there is too little in it to judge"), style="bold")
        return
    said = "flagged for review" if one.flagged else "not flagged"
    out.print(inert(f"{one.session_id}: {said}, by model {one.model_version}"), style="bold")
    out.print(
        f"padded with a probability of {one.probability:.3f} ({one.probability_low:.3f} to {one.probability_high:.3f}; "
        f"flagged above {one.threshold:.3f}); expected to be padding: {one.padded_share or 0:.0%} of it"
    )
    out.print(f"of honest use it resembles {one.looks_like} most; {one.novelty:.0%} of known sessions are more usual")
    for number, reason in enumerate(one.reasons, 1):
        out.print(inert(f"\n{number}. {reason.text} ({reason.weight:.0%} of what speaks for it)"), style="bold")
        out.print(inert(f"   {reason.honest}"), style="italic")
        for turn in reason.turns[:_SHOWN_TURNS]:
            text = known[turn].tool_arguments if known[turn].kind == "tool_call" else known[turn].text
            out.print(inert(f"   turn {turn:>4}  {known[turn].kind}: {' '.join((text or '').split())[:_LINE]}"))
    out.print("\nA flag is a reason to look, not proof.")


def figures(found: Mapping[str, Any]) -> None:
    """Figures with their intervals."""
    rows = (
        (name.replace("_", " "), *("" if one is None else f"{one:.3f}" for one in (it.value, it.low, it.high)), it.n)
        for name, it in found.items()
    )
    table(("figure", "value", "low", "high", "sessions"), rows)


def decision(found: "Decision", challenger: str, against: str, count: int) -> None:
    """What the gate says, with its table."""
    out.print(inert(f"{challenger} beside {against}, on {count:,} sessions that neither was grown on"), style="bold")
    rows = (
        (row.check, row.group, row.n, f"{row.champion:.3f}", f"{row.challenger:.3f}", "" if row.passed else row.reason)
        for row in found.table
    )
    table(("check", "group", "sessions", "before", "after", "failed because"), rows)
    out.print("passed" if found.passed else "not passed", style="bold")


def session(whole: Session) -> None:
    """One session in full, long texts cut."""
    header = msgspec.structs.asdict(whole)
    del header["turns"]
    header["file"] = _near(whole.file)
    table(("field", "value"), [(name, value) for name, value in header.items() if value is not None])
    for turn in whole.turns:
        _turn(turn)


def _turn(turn: Turn) -> None:
    what = turn.kind if turn.role == "assistant" else turn.role
    facts = [
        f"{turn.time:%Y-%m-%d %H:%M:%S}" if turn.time else None,
        turn.tool_name,
        "error" if turn.is_error else None,
        "typed" if turn.typed else None,
        f"{turn.input_tokens:,} in" if turn.input_tokens is not None else None,
        f"{turn.output_tokens:,} out" if turn.output_tokens is not None else None,
    ]
    out.print(inert(f"\n{turn.index:>5}  {what}  " + " · ".join(fact for fact in facts if fact)), style="bold")
    text = turn.tool_arguments if turn.kind == "tool_call" else turn.text
    if text:
        out.print(inert(text[:_CUT]), style="dim" if turn.role == "tool" else "")
        if len(text) > _CUT:
            out.print(f"… {len(text) - _CUT:,} more characters (`--json` shows all)", style="italic")


def _cut_to(text: str | None, length: int) -> str | None:
    return text if text is None or len(text) <= length else f"{text[: length - 1]}…"


def _near(file: str) -> str:
    """A path as seen from the current folder, where it lies below it."""
    return file.removeprefix(f"{Path.cwd()}/")


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    return path.stat().st_size
