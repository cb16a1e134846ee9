"""How fast texts become vectors, beside the plain call of sentence-transformers. Run by `make bench`.

    python tests/benchmarks/encoder.py [--texts 5000] [--seed 7]

The texts: those of sessions drawn at random, as they come, repeats included, from `../shared/traces/dev` where it lies
beside the project; else from the examples, filled up with sentences made from the seed. Tokens are those that the model
reads of every text (256 at most), whichever way it is encoded, so that rows compare. What bfloat16 gains is the
processor's own: the last lines say how much that is here, and how much of it is had.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from features.encoder import Matrix
from features.openvino_encoder import OpenVinoEncoder
from features.sentence_encoder import SentenceEncoder
from features.vectors import Vectors
from features.weights import find
from traces.format import Unreadable
from traces.reading import read

ROOT = Path(__file__).parents[2]
DEV = ROOT.parent / "shared" / "traces" / "dev"
FLOP = 21.2e6  # of the model's dense layers, for a token
WORDS = ("the", "a", "session", "token", "error", "test", "build", "file", "path", "config", "value", "parse", "return")


def traced(rng: random.Random) -> Iterator[str]:
    """The texts of real sessions, session by session, in an order drawn at random."""
    found = DEV.glob("*.jsonl.gz") if DEV.is_dir() else (ROOT / "data" / "examples").rglob("*.json*")
    sessions = []
    for path in sorted(found):
        try:
            sessions += read(path)[0]
        except Unreadable:  # tables of labels lie beside the sessions
            continue
    rng.shuffle(sessions)
    yield from (turn.text for session in sessions for turn in session.turns if turn.text and turn.text.strip())


def mixed(count: int, seed: int) -> list[str]:
    """So many texts: traced ones, and made ones where there are too few."""
    rng = random.Random(seed)
    texts = [text for text, _ in zip(traced(rng), range(count), strict=False)]
    while len(texts) < count:
        texts.append(" ".join(rng.choices(WORDS, k=1 + int(rng.expovariate(0.01)))))
    return texts


def tokens(texts: Sequence[str]) -> int:
    """How many tokens the model reads of them."""
    from tokenizers import Tokenizer

    weights = find()
    tokenizer = Tokenizer.from_file(str(weights.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(weights.settings("sentence_bert_config.json")["max_seq_length"])
    return sum(len(encoding.ids) for encoding in tokenizer.encode_batch_fast(list(texts)))


def measured(encode: Callable[[Sequence[str]], object], texts: Sequence[str]) -> tuple[float, float]:
    """Seconds that pass, and seconds of computing."""
    begun, worked = time.perf_counter(), time.process_time()
    encode(texts)
    return time.perf_counter() - begun, time.process_time() - worked


def peak(kind: str) -> float:
    """Multiplications and additions that one core does in a second, in the best of some matrix products."""
    import torch

    torch.set_num_threads(1)
    rows, columns = (torch.randn(1024, 1024).to(getattr(torch, kind)) for _ in range(2))
    best = min(measured(lambda _: torch.nn.functional.linear(rows, columns), [])[1] for _ in range(30))
    return 2 * 1024**3 / best


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--texts", type=int, default=5000)
    arguments.add_argument("--seed", type=int, default=7)
    chosen = arguments.parse_args()
    texts, console = mixed(chosen.texts, chosen.seed), Console(width=110)
    slow, fast, read_tokens = SentenceEncoder(), OpenVinoEncoder(), tokens(texts)
    for encoder in (slow, fast):
        encoder.encode(texts[:32])  # what is done once is not measured
    with tempfile.TemporaryDirectory() as folder:
        vectors = Vectors(fast, Path(folder))
        ways: dict[str, Callable[[Sequence[str]], Matrix]] = {
            "plain call, batches of 32": lambda some: slow.encode(some, 32),
            "the same, batches of 8": slow.encode,
            "fast encoder by itself": fast.encode,
            "fast path, cold cache": vectors.of,
            "fast path, warm cache": vectors.of,
        }
        rows = {name: measured(encode, texts) for name, encode in ways.items()}
    plain, worked_plain = rows["plain call, batches of 32"]
    lengths = sorted(map(len, texts))
    title = f"{len(texts)} texts, {len(set(texts))} different, median {lengths[len(texts) // 2]} characters"
    table = Table(title=f"{title}, {read_tokens / len(texts):.0f} tokens read of each")
    for name in ("", "seconds", "texts/s", "tokens/s", "times as fast", "for the same computing"):
        table.add_column(name, justify="right" if name else "left")
    for name, (seconds, worked) in rows.items():
        rates = f"{seconds:.2f}", f"{len(texts) / seconds:,.0f}", f"{read_tokens / seconds:,.0f}"
        table.add_row(name, *rates, f"{plain / seconds:.1f}", f"{worked_plain / max(worked, 1e-9):.1f}")
    console.print(table)
    exact, rough = peak("float32"), peak("bfloat16")
    reached = FLOP * read_tokens / rows["fast encoder by itself"][1] / rough
    console.print(
        f"one core's matrix product: {rough / 1e9:.0f} GFLOP/s in bfloat16, {rough / exact:.1f} times float32;"
    )
    console.print(f"the fast encoder by itself does {reached:.0%} of that, tokens and all")
    cold = plain / rows["fast path, cold cache"][0]
    console.print(f"fast path, cold ÷ plain call: {cold:.1f} times (at least 6 is asked for)")


if __name__ == "__main__":
    main()
