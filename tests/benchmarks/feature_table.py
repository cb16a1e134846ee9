"""How fast sessions become rows, beside a straightforward way with pandas and scikit-learn that measures less.

    python tests/benchmarks/feature_table.py [FILE...]

Without files: the real sessions in `../shared/traces/dev` where they lie beside the project, else those written by
hand.

The straightforward way: a data frame of turns, a group a session, a TF-IDF matrix and all pairwise cosines a stream,
Python's counters for lines and runs of words, zlib. About 30 figures a session, where the table has over a hundred.
"""

import re
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from features.table import table
from traces.reading import read
from traces.schema import Session

_WORD = re.compile(r"\w+")


def straightforward(sessions: Sequence[Session]) -> pd.DataFrame:
    """A row a session, as one would write it first."""
    turns = pd.DataFrame(
        {
            "session": one.session_id,
            "stream": f"{turn.role} {turn.kind}",
            "text": turn.text or turn.tool_arguments or "",
            "time": turn.time,
            "output": turn.output_tokens,
        }
        for one in sessions
        for turn in one.turns
    )
    turns["chars"] = turns["text"].str.len()
    turns["words"] = turns["text"].str.split().str.len()
    return turns.groupby("session").apply(_row, include_groups=False)


def _row(turns: pd.DataFrame) -> pd.Series:
    row: dict[str, float] = {"turns": len(turns), "chars": turns["chars"].sum(), "output": turns["output"].sum()}
    gaps = pd.to_datetime(turns["time"]).diff().dt.total_seconds()
    row |= {"gap": gaps.median(), "burst": (gaps.std() - gaps.mean()) / (gaps.std() + gaps.mean())}
    seen: set[str] = set()
    for stream, own in turns.groupby("stream"):
        texts = own["text"].tolist()
        row |= {f"{stream} {name}": value for name, value in _repeats(texts, seen).items()}
    return pd.Series(row)


def _repeats(texts: list[str], seen: set[str]) -> dict[str, float]:
    words = [_WORD.findall(text.lower()) for text in texts]
    lines = Counter(line for text in texts for line in text.splitlines())
    runs = Counter(tuple(own[place : place + 5]) for own in words for place in range(len(own) - 4))
    fresh = []
    for own in words:
        fresh.append(np.mean([word not in seen for word in own]) if own else np.nan)
        seen.update(own)
    joined = "\n".join(texts).encode(errors="replace")
    row = {
        "lines": 1 - len(lines) / max(1, lines.total()),
        "runs": 1 - len(runs) / max(1, runs.total()),
        "fresh": float(np.nanmean([*fresh, 0.0])),
        "packed": len(zlib.compress(joined)) / max(1, len(joined)),
    }
    if len(texts) > 1 and any(words):
        likeness = cosine_similarity(TfidfVectorizer(token_pattern=r"\w+", ngram_range=(1, 2)).fit_transform(texts))
        best = np.tril(likeness, -1).max(axis=1)[1:]
        row |= {f"alike {least}": float((best >= least).mean()) for least in (0.5, 0.7, 0.9)}
        row |= {"next": float(np.diag(likeness, -1).mean()), "alike": float(best.mean())}
    return row


def _timed(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def main(paths: Sequence[str | Path]) -> None:
    """Prints sessions and megabytes a second for both, and how many times the table is faster."""
    root = Path(__file__).parents[2]
    real = sorted((root.parent / "shared" / "traces" / "dev").glob("*.jsonl.gz"))
    at_hand = real or sorted((root / "data" / "examples" / "judged").glob("*.json"))
    sessions = [one for path in paths or at_hand for one in read(Path(path))[0]]
    size = sum(len(turn.text or turn.tool_arguments or "") for one in sessions for turn in one.turns) / 1e6
    table(sessions[:20])
    ours, theirs = _timed(lambda: table(sessions)), _timed(lambda: straightforward(sessions))
    for name, taken in (("features/table.py", ours), ("straightforward", theirs)):
        print(f"{name:20} {taken:7.1f} s   {len(sessions) / taken:7.1f} sessions/s   {size / taken:6.2f} MB/s")  # noqa: T201
    print(f"{theirs / ours:.1f} times faster")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
