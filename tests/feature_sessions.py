"""Sessions for the tests of the feature tables, drawn or ordinary; and an encoder that knows no language."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import numpy as np
from conversation import asked, called, edited, read, said, session, shell, thought, wrote
from hypothesis import strategies as st

from features.encoder import Matrix
from traces.schema import Session, Turn

OTHER_HEADER: dict[str, Any] = {
    "session_id": "another",
    "user_id": "someone.else@example.org",
    "agent": "another-agent",
    "agent_version": "9.9",
    "model": "another-model",
    "project": "/another/team",
    "source": "another-source",
    "category": "automation",
    "format": "another-format",
    "file": "another/file.json",
    "origin": "automation",
    "parent_id": "a-parent",
    "started": datetime(2020, 2, 2, 2, 2, tzinfo=UTC),
}
"""Everything that a session says but its turns, and nothing of it true."""

_TEXTS = st.sampled_from(
    [
        "",
        "more",
        "why is src/app.py broken?",
        "user_id 42",
        "为什么坏了",
        "Error: 1 failed",
        "word " * 60,
        "é 😀 \ud800",
    ]
)


@st.composite
def _parts(draw: st.DrawFn) -> list[Turn]:
    at = draw(st.one_of(st.none(), st.floats(0, 1e6)))
    kind = draw(st.sampled_from(["asked", "injected", "said", "thought", "called"]))
    if kind == "called":
        tool = draw(st.sampled_from(["Bash", "Read", "Write", "Edit", "Task"]))
        result = draw(st.one_of(st.none(), _TEXTS))
        return called(tool, result, at=at, file_path=draw(_TEXTS), command=draw(st.sampled_from(["rm a.py", "pytest"])))
    if kind in ("asked", "injected"):
        return asked(draw(_TEXTS), at=at, typed=kind == "asked")
    return (
        said(draw(_TEXTS), at=at, input_tokens=draw(st.one_of(st.none(), st.integers(0, 9))))
        if kind == "said"
        else (thought(draw(_TEXTS)))
    )


SESSIONS = st.lists(_parts(), max_size=12).map(lambda parts: session(*parts))


def ordinary(number: int = 0, exchanges: int = 6) -> Session:
    """A session with a bit of everything."""
    parts: list[list[Turn]] = []
    for n in range(exchanges):
        now = 300.0 * n + 40 * (n % 3)
        parts += [
            asked(f"please fix parse_row in rows{n % 4}.py, it returns {number * n}", at=now),
            thought("the rows are read in order"),
            read(f"src/rows{n % 4}.py", f"def parse_row(line{n}): return line{n}.split()"),
            edited(f"src/rows{n % 4}.py", f"line{n}", f"row{n}"),
            shell("pytest", f"{n % 2} failed, {n} passed", at=now + 50),
            said(f"parse_row of rows{n % 4}.py returns row{n}", at=now + 60, input_tokens=100 * n, output_tokens=9),
        ]
    return session(*parts, wrote("out.md"), name=f"s{number}")


class Hashing:
    """An encoder whose vectors follow from the text's hash alone."""

    fingerprint, dimension = "hashing", 64

    def encode(self, texts: Sequence[str]) -> Matrix:
        digests = [blake2b(text.encode(), digest_size=64).digest() for text in texts]
        found = np.array([np.frombuffer(digest, np.int8) for digest in digests], np.float32).reshape(-1, 64)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)
