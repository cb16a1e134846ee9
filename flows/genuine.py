"""What genuine work means: learnt from a data set's genuine sessions, for the features that compare with it."""

from collections.abc import Callable, Iterator
from pathlib import Path

from features.meanings import fit
from features.vectors import Vectors
from padding.dataset import read
from traces.schema import Session


def learn(
    data: Path, vectors: Vectors, out: Path, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> int:
    """Writes a reference fitted on the genuine sessions of a data set; of how many."""
    genuine = [session for session, label in read(data) if label.kind == "null"]
    if not genuine:
        raise ValueError(f"{data} holds no genuine session; `winnow dataset build` makes a data set that does")

    def counted() -> Iterator[Session]:
        for done, session in enumerate(genuine, 1):
            yield session
            progress(done, len(genuine))

    out.parent.mkdir(parents=True, exist_ok=True)
    fit(counted(), vectors).save(out)
    return len(genuine)
