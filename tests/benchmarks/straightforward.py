"""The straightforward way from sessions to numbers, which the feature table is measured beside: pandas, scikit-learn.

A data frame of turns, a group a session, a TF-IDF matrix and all pairwise cosines a stream, Python's counters for lines
and runs of words, zlib. With language, one `encode` call of sentence-transformers a session for all its prompts,
replies and results, in batches of 32 as the library takes them where nothing is said, and all their pairwise cosines.
Nothing is cached, sampled, or shared with the table's own code but the reader's sessions and the library's model. Some
50 figures a session, where the table has three times as many.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from features.sentence_encoder import SentenceEncoder
from traces.schema import Session, Turn

_WORD = re.compile(r"\w+")
_BATCH = 32
_MEANT = ("user message", "assistant message", "tool tool_result")


def straightforward(sessions: Sequence[Session], encoder: SentenceEncoder | None = None) -> pd.DataFrame:
    """A row a session, as one would write it first."""
    turns = pd.DataFrame(
        {
            "session": one.session_id,
            "stream": f"{turn.role} {turn.kind}",
            "text": text_of(turn),
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
    said = turns[turns["stream"].isin(_MEANT)]
    if len(said) < 2:
        return {}
    texts = [text.encode(errors="replace").decode() for text in said["text"]]
    likeness = cosine_similarity(encoder.encode(texts, batch=_BATCH))
    row: dict[str, float] = {}
    for stream in _MEANT:
        own = (said["stream"] == stream).to_numpy()
        if own.sum() > 1:
            row |= {f"meant {stream} {name}": value for name, value in _alike(likeness[np.ix_(own, own)]).items()}
        if own.any() and not own.all():
            row[f"{stream} to others"] = float(likeness[np.ix_(own, ~own)].mean())
    return row


def _alike(likeness: np.ndarray) -> dict[str, float]:
    best = np.tril(likeness, -1).max(axis=1)[1:]
    row = {f"alike {least}": float((best >= least).mean()) for least in (0.5, 0.7, 0.9)}
    return row | {"next": float(np.diag(likeness, -1).mean()), "alike": float(best.mean())}


def text_of(turn: Turn) -> str:
    """What a turn says, or a call's arguments."""
    return turn.text or turn.tool_arguments or ""
