"""How fast sessions become rows, beside a straightforward way with pandas and scikit-learn that measures less.

    python tests/benchmarks/feature_table.py [FILE...]

Without files: the real sessions in `../shared/traces/dev` where they lie beside the project, else those written by
hand. First all of them without features of language; then about 120, evenly spread, with them: each text encoded for
the first time (cold), and found in the cache (warm). Times are the clock's; a busy machine disturbs them.

The straightforward way: a data frame of turns, a group a session, a TF-IDF matrix and all pairwise cosines a stream,
Python's counters for lines and runs of words, zlib; with language, one call of sentence-transformers a session for its
prompts and replies, and all their pairwise cosines. Some 40 figures a session, where the table has four times as many.
"""

import re
import resource
import sys
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from rich.console import Console
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from features.feature import load
from features.meanings import with_meanings
from features.openvino_encoder import fast_encoder
from features.seen import look
from features.sentence_encoder import SentenceEncoder
from features.table import table
from features.vectors import Vectors
from features.weights import find
from traces.reading import read
from traces.schema import Session, Turn

_WORD = re.compile(r"\w+")
_SAMPLE = 120
_THEIR_BATCH = 32  # what sentence-transformers takes where nothing is said


def straightforward(sessions: Sequence[Session], encoder: SentenceEncoder | None = None) -> pd.DataFrame:
    """A row a session, as one would write it first."""
    turns = pd.DataFrame(
        {
            "session": one.session_id,
            "stream": f"{turn.role} {turn.kind}",
            "text": _text(turn),
            "time": turn.time,
            "output": turn.output_tokens,
        }
        for one in sessions
        for turn in one.turns
    )
    turns["chars"] = turns["text"].str.len()
    turns["words"] = turns["text"].str.split().str.len()
    return turns.groupby("session").apply(_row, encoder, include_groups=False)


def _row(turns: pd.DataFrame, encoder: SentenceEncoder | None) -> pd.Series:
    row: dict[str, float] = {"turns": len(turns), "chars": turns["chars"].sum(), "output": turns["output"].sum()}
    gaps = pd.to_datetime(turns["time"]).diff().dt.total_seconds()
    row |= {"gap": gaps.median(), "burst": (gaps.std() - gaps.mean()) / (gaps.std() + gaps.mean())}
    seen: set[str] = set()
    for stream, own in turns.groupby("stream"):
        texts = own["text"].tolist()
        row |= {f"{stream} {name}": value for name, value in _repeats(texts, seen).items()}
    return pd.Series(row if encoder is None else row | _meant(turns, encoder))


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
        row |= _alike(likeness)
    return row


def _meant(turns: pd.DataFrame, encoder: SentenceEncoder) -> dict[str, float]:
    said = turns[turns["stream"].isin(["user message", "assistant message"])]
    if len(said) < 2:
        return {}
    texts = [text.encode(errors="replace").decode() for text in said["text"]]
    likeness = cosine_similarity(encoder.encode(texts, batch=_THEIR_BATCH))
    asked = (said["stream"] == "user message").to_numpy()
    row = {f"meant {name}": value for name, value in _alike(likeness).items()}
    row["answered"] = float(likeness[np.ix_(asked, ~asked)].mean()) if asked.any() and not asked.all() else np.nan
    return row


def _alike(likeness: np.ndarray) -> dict[str, float]:
    best = np.tril(likeness, -1).max(axis=1)[1:]
    row = {f"alike {least}": float((best >= least).mean()) for least in (0.5, 0.7, 0.9)}
    return row | {"next": float(np.diag(likeness, -1).mean()), "alike": float(best.mean())}


def _text(turn: Turn) -> str:
    return turn.text or turn.tool_arguments or ""


def _timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _tokens_a_char(sessions: Sequence[Session]) -> float:
    """Tokens for each character, as the sentence model cuts them."""
    from tokenizers import Tokenizer

    cut = Tokenizer.from_file(str(find().folder / "tokenizer.json"))
    cut.no_truncation()
    texts = [_text(turn).encode(errors="replace").decode() for one in sessions for turn in one.turns]
    return sum(len(one) for one in cut.encode_batch_fast(texts)) / sum(map(len, texts))


def _split(sessions: Sequence[Session], vectors: Vectors) -> dict[str, float]:
    """Seconds by kind of feature, with a warm cache; and for what all kinds share."""
    spent: Counter[str] = Counter()
    before = time.perf_counter()
    for session, meaning in with_meanings(sessions, vectors):
        now = time.perf_counter()
        spent["vectors from the cache"] += now - before
        seen = look(session, meaning)
        before, now = now, time.perf_counter()
        spent["looking at a session once"] += now - before
        for one in load(language=True).values():
            before = now
            one.measure(seen)
            now = time.perf_counter()
            spent[one.kind] += now - before
        before = now
    return dict(spent.most_common())


def _at_hand() -> list[Path]:
    root = Path(__file__).parents[2]
    real = sorted((root.parent / "shared" / "traces" / "dev").glob("*.jsonl.gz"))
    return real or sorted((root / "data" / "examples" / "judged").glob("*.json"))


def _peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


class Report:
    """Prints what some sessions took."""

    def __init__(self, sessions: Sequence[Session], tokens: float, out: Console) -> None:
        self._count, self._out = len(sessions), out
        self._chars = sum(len(_text(turn)) for one in sessions for turn in one.turns)
        self._tokens = tokens * self._chars
        out.print(f"\n{self._count} sessions, {self._chars / 1e6:.1f} MB, {self._tokens / 1e6:.1f} million tokens")

    def line(self, name: str, taken: float, theirs: float | None = None) -> None:
        rates = f"{self._count / taken:8.1f} sessions/s {self._chars / 1e6 / taken:7.2f} MB/s"
        times = f"   {theirs / taken:.1f} times as fast" if theirs else ""
        self._out.print(f"{name:26} {taken:7.1f} s {rates} {self._tokens / taken:12,.0f} tokens/s{times}")


def main(paths: Sequence[str | Path]) -> None:
    """Prints what the table and the straightforward way take, and how many times the table is faster."""
    warnings.simplefilter("ignore", RuntimeWarning)  # pandas, where a session has too few times
    out = Console(highlight=False, soft_wrap=True)
    sessions = [one for path in paths or _at_hand() for one in read(Path(path))[0]]
    sample = sessions[:: max(1, len(sessions) // _SAMPLE)]
    table(sessions[:20])
    held, ours, peak = _peak(), _timed(lambda: table(sessions)), _peak()
    theirs, tokens = _timed(lambda: straightforward(sessions)), _tokens_a_char(sample)
    report = Report(sessions, tokens, out)
    report.line("straightforward", theirs)
    report.line("table", ours, theirs)
    out.print(f"memory: {held:,.0f} MB with the sessions in it, {peak:,.0f} MB at most while the table was made")
    with TemporaryDirectory() as folder:
        _with_language(sample, Report(sample, tokens, out), Path(folder), out)


def _with_language(sample: Sequence[Session], report: Report, folder: Path, out: Console) -> None:
    plain, vectors = SentenceEncoder(), Vectors(fast_encoder(), folder)
    plain.encode(["to begin with"]), vectors.of(["to begin with"])
    cold = _timed(lambda: table(sample, vectors=vectors))
    warm = _timed(lambda: table(sample, vectors=vectors))
    theirs = _timed(lambda: straightforward(sample, plain))
    report.line("straightforward, language", theirs)
    report.line("table, language, cold", cold, theirs)
    report.line("table, language, warm", warm, theirs)
    spent = _split(sample, vectors)
    for name, seconds in spent.items():
        out.print(f"  {name:26} {seconds / sum(spent.values()):4.0%}")


if __name__ == "__main__":
    main(sys.argv[1:])
