"""How fast sessions become rows, beside a straightforward way with pandas and scikit-learn that measures less.

    python tests/benchmarks/feature_table.py [--sample 120] [FILE...]

Without files: the real sessions in `../shared/traces/dev` where they lie beside the project, else those written by
hand. First how time and memory grow. Then all sessions without features of language; then about 120, evenly spread,
with them: each text encoded for the first time (cold), and found in the cache (warm). Times are the clock's, which a
busy machine disturbs; behind them stands how many times less a way computes, on all cores together.
"""

import argparse
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from feature_growth import peak
from feature_growth import report as report_growth
from rich.console import Console
from straightforward import straightforward, text_of

from features.feature import load
from features.meanings import with_meanings
from features.openvino_encoder import fast_encoder
from features.seen import look
from features.sentence_encoder import SentenceEncoder
from features.table import table
from features.vectors import Vectors
from features.weights import find
from traces.reading import read
from traces.schema import Session

_SAMPLE = 120

Taken = tuple[float, float]
"""Seconds that passed, and seconds of computing."""


def _timed(run: Callable[[], object]) -> Taken:
    begun, worked = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - begun, time.process_time() - worked


def _tokens_a_char(sessions: Sequence[Session]) -> float:
    """Tokens for each character, as the sentence model cuts them."""
    from tokenizers import Tokenizer

    cut = Tokenizer.from_file(str(find().folder / "tokenizer.json"))
    cut.no_truncation()
    texts = [text_of(turn).encode(errors="replace").decode() for one in sessions for turn in one.turns]
    return sum(len(one) for one in cut.encode_batch_fast(texts)) / sum(map(len, texts))


def _split(sessions: Sequence[Session], vectors: Vectors) -> dict[str, float]:
    """Seconds by kind of feature, with a warm cache; and for what all kinds share."""
    spent: dict[str, float] = defaultdict(float)
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
    return dict(sorted(spent.items(), key=lambda one: -one[1]))


def _at_hand() -> list[Path]:
    root = Path(__file__).parents[2]
    real = sorted((root.parent / "shared" / "traces" / "dev").glob("*.jsonl.gz"))
    return real or sorted((root / "data" / "examples" / "judged").glob("*.json"))


class Report:
    """Prints what some sessions took."""

    def __init__(self, sessions: Sequence[Session], tokens: float, out: Console) -> None:
        self._count, self._out = len(sessions), out
        self._chars = sum(len(text_of(turn)) for one in sessions for turn in one.turns)
        self._tokens = tokens * self._chars
        out.print(f"\n{self._count} sessions, {self._chars / 1e6:.1f} MB, {self._tokens / 1e6:.1f} million tokens")

    def line(self, name: str, taken: Taken, theirs: Taken | None = None) -> None:
        """A way's rates by the clock, and against another way's time and computing."""
        clock = taken[0]
        rates = f"{self._count / clock:8.1f} sessions/s {self._chars / 1e6 / clock:7.2f} MB/s"
        ratios = f"   {theirs[0] / clock:.1f} times as fast, {theirs[1] / taken[1]:.1f} by computing" if theirs else ""
        self._out.print(f"{name:26} {clock:7.1f} s {rates} {self._tokens / clock:12,.0f} tokens/s{ratios}")


def main(paths: Sequence[str | Path] = (), count: int = _SAMPLE) -> None:
    """Prints what the table and the straightforward way take, and how many times the table is faster."""
    warnings.simplefilter("ignore", RuntimeWarning)  # pandas, where a session has too few times
    out = Console(highlight=False, soft_wrap=True)
    sessions = [one for path in paths or _at_hand() for one in read(Path(path))[0]]
    sample = sessions[:: max(1, len(sessions) // count)]
    table(sessions[:20])
    report_growth(sessions, out)
    held, ours, most = peak(), _timed(lambda: table(sessions)), peak()
    theirs, tokens = _timed(lambda: straightforward(sessions)), _tokens_a_char(sample)
    report = Report(sessions, tokens, out)
    report.line("straightforward", theirs)
    report.line("table", ours, theirs)
    out.print(f"memory: {held:,.0f} MB at most before, {most:,.0f} MB when the table was made")
    with TemporaryDirectory() as folder:
        _with_language(sample, Report(sample, tokens, out), Path(folder), out)


def _with_language(sample: Sequence[Session], report: Report, folder: Path, out: Console) -> None:
    plain, vectors = SentenceEncoder(), Vectors(fast_encoder(), folder)
    plain.encode(["to begin with"]), vectors.of(["to begin with"])
    ways = {name: _timed(lambda: table(sample, vectors=vectors)) for name in ("cold", "warm")}
    for name, taken in ways.items():
        report.line(f"table, language, {name}", taken)
    theirs = _timed(lambda: straightforward(sample, plain))
    report.line("straightforward, language", theirs)
    for name, taken in ways.items():
        report.line(f"table, language, {name}", taken, theirs)
    spent = _split(sample, vectors)
    for name, seconds in spent.items():
        out.print(f"  {name:26} {seconds / sum(spent.values()):4.0%}")
    out.print(f"memory: {peak():,.0f} MB at most in all, the straightforward way's included")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="*", metavar="FILE")
    arguments.add_argument("--sample", type=int, default=_SAMPLE, help="sessions that are measured with language")
    chosen = arguments.parse_args()
    main(chosen.files, chosen.sample)
