"""How fast traces are read, built and stored, beside the bare parse of the same lines. Run by `make bench`.

    python tests/benchmarks/ingest.py [--megabytes 100] [--rounds 3]

Everything runs on one core. The corpora: Claude Code lines made here from a seed; and, where `../shared/traces` lies
beside the project, real Claude Code files (their lines repeated under fresh ids) and real ATIF sessions.
"""

import argparse
import gzip
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import orjson
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from traces.ingest import Ingest
from traces.store import Store

SHARED = Path(__file__).parents[3] / "shared" / "traces"
WORDS = ("the", "a", "session", "token", "error", "test", "build", "file", "path", "config", "value", "parse", "return")


def made_lines(size: int, seed: int = 7) -> Iterator[bytes]:
    """Claude Code lines like real ones: prompts, thinking, tool calls, long results that stand on the line twice."""
    rng = random.Random(seed)
    number = written = 0
    while written < size:
        session = f"{number // 400:08x}-0000-4000-8000-000000000000"
        kind = ("user", "thinking", "tool_use", "tool_result")[number % 4]
        text = " ".join(rng.choices(WORDS, k=rng.randint(300, 900) if kind == "tool_result" else rng.randint(10, 80)))
        line = orjson.dumps(_line(number, session, kind, text)) + b"\n"
        written += len(line)
        number += 1
        yield line


def _line(number: int, session: str, kind: str, text: str) -> dict[str, object]:
    role = "user" if kind in ("user", "tool_result") else "assistant"
    block: dict[str, object] = {
        "user": {"type": "text", "text": text},
        "thinking": {"type": "thinking", "thinking": text, "signature": "s" * 300},
        "tool_use": {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": text}},
        "tool_result": {"type": "tool_result", "tool_use_id": f"t{number - 1}", "content": text},
    }[kind]
    message: dict[str, object] = {"role": role, "content": [block]}
    if role == "assistant":
        usage = {"input_tokens": 4, "cache_read_input_tokens": 9_000, "output_tokens": 90}
        message |= {"id": f"m{number}", "model": "claude-x", "type": "message", "usage": usage}
    line: dict[str, object] = {"parentUuid": f"u{number - 1}", "isSidechain": False, "userType": "external"}
    line |= {"cwd": "/srv/shop", "sessionId": session, "version": "2.1.70", "type": role, "message": message}
    line |= {
        "uuid": f"u{number}",
        "timestamp": f"2026-01-15T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.123Z",
    }
    return line | ({"toolUseResult": {"stdout": text, "stderr": ""}} if kind == "tool_result" else {})


def real_claude_lines(size: int) -> Iterator[bytes]:
    """Lines of the real Claude Code files, again and again, each time as other sessions."""
    lines = []
    for path in sorted((SHARED / "raw" / "claude_code").glob("*.jsonl")):
        for raw in path.read_bytes().splitlines():
            try:
                lines.append(orjson.loads(raw))
            except orjson.JSONDecodeError:  # a mask in that collection has eaten half an escape
                continue
    written = turn = 0
    while written < size:
        for line in lines:
            fresh = line | {"uuid": f"{line.get('uuid')}-{turn}"}
            if "sessionId" in line:
                fresh["sessionId"] = f"{line['sessionId']}-{turn}"
            if "timestamp" in line:
                fresh["timestamp"] = f"{line['timestamp'][:19]}.{turn:06}Z"
            raw = orjson.dumps(fresh) + b"\n"
            written += len(raw)
            yield raw
        turn += 1


def real_atif_lines(size: int) -> Iterator[bytes]:
    """The real sessions as ATIF, each once."""
    written = 0
    for path in sorted((SHARED / "dev").glob("*.jsonl.gz")):
        for raw in gzip.decompress(path.read_bytes()).splitlines(keepends=True):
            try:
                orjson.loads(raw)
            except orjson.JSONDecodeError:
                continue
            written += len(raw)
            if written > size:
                return
            yield raw


def best(rounds: int, work: Callable[[], object]) -> float:
    """The shortest of several runs, in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def measure(name: str, lines: list[bytes], rounds: int) -> tuple[str, ...]:
    """One row: bare parses and the whole ingest of the same lines."""
    megabytes = sum(map(len, lines)) / 1e6
    parses = {
        "json": best(rounds, lambda: [json.loads(line) for line in lines]),
        "orjson": best(rounds, lambda: [orjson.loads(line) for line in lines]),
        "msgspec": best(rounds, lambda: [msgspec.json.decode(line) for line in lines]),
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trace.jsonl"
        file.write_bytes(b"".join(lines))
        runs = iter(range(rounds))
        whole = best(rounds, lambda: _ingest(Path(folder) / str(next(runs)), file))
    fastest = min(parses["orjson"], parses["msgspec"])
    speeds = [f"{megabytes / seconds:,.0f}" for seconds in (*parses.values(), whole)]
    return (name, f"{megabytes:,.0f}", *speeds, f"{whole / fastest:.2f}", f"{whole / parses['json']:.2f}")


def _ingest(place: Path, file: Path) -> None:
    account = Ingest(Store(place)).run([file])
    assert account.balanced
    assert not account.quarantined


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description="How fast traces are ingested.")
    options.add_argument("--megabytes", type=int, default=100, help="size of each corpus")
    options.add_argument("--rounds", type=int, default=3, help="the best of so many runs counts")
    chosen = options.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    corpora = {"Claude Code, made": made_lines}
    if SHARED.is_dir():
        corpora |= {"Claude Code, real": real_claude_lines, "ATIF, real": real_atif_lines}
    table = Table(title="One core; MB/s of raw trace", title_justify="left")
    for column in ("corpus", "MB", "json", "orjson", "msgspec", "ingest", "ingest ÷ fastest parse", "ingest ÷ json"):
        table.add_column(column, justify="left" if column == "corpus" else "right")
    for name, lines in corpora.items():
        table.add_row(*measure(name, list(lines(chosen.megabytes * 1_000_000)), chosen.rounds))
    Console().print(table)


if __name__ == "__main__":
    main()
