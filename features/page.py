"""The page about the features, made of their docstrings: `features/README.md`."""

from collections.abc import Iterable
from pathlib import Path

from features.feature import CONTENT, LANGUAGE, Feature, load

PAGE = Path(__file__).parent / "README.md"
"""The page; a test checks that it is what `page()` makes."""

_KINDS = {
    "volume": "Volume and mix: context, never a reason by itself.",
    "similarity": "Self-similarity: texts, lines and calls that repeat each other, and whether their results change.",
    "triviality": "Triviality: how much an ask says, and what is spent on it.",
    "timing": "Timing: pauses and their regularity. Null where the source gives no times.",
    "progress": "Progress: whether anything is taken up, changed, kept; how it ends.",
    LANGUAGE: "Language: what the texts mean, as vectors of at most 112 of them say. Columns only where an encoder is "
    "named; those named *genuine* only where a reference is, too.",
}
_COLUMNS = ("feature", "what it says", "speaks for padding", "honest when", "beside the texts it goes by")
_SPEAKS = {"high": "high", "low": "low", "context": "–"}

_HEAD = """# features/: a session becomes numbers

This page is made of the features' docstrings by `features/page.py`; edit those, then run `python -m features.page`.

    Session ── look ──▶ Seen ── each feature ──▶ a row of float32 ──▶ one Arrow table

- `look` goes over a session once, in time that grows with its length and no faster; all features share what it saw.
- A feature is a function: its name is the column, its docstring the meaning. `shown_by` names the turns behind a value.
- A row depends on its session's turns alone. Nothing of its header is read: not who, where or by which program.
- Where a value is undefined it is null. `high` and `low` say which end speaks for padding; – means context only.
- No language is assumed. *Prompts* are a user's messages that may have been typed; where there are none, all of them.
- Vectors come of one encoder, through a cache. The directions in which languages differ are taken out of them first.
- The table's file name and metadata carry the feature set's fingerprint; a table of another set is refused.

No single feature decides. Each has an honest explanation, and it stands beside it.
"""


def page() -> str:
    """The page as it should be."""
    features = list(load(language=True, reference=True).values())
    kinds = dict.fromkeys(one.kind for one in features)
    return _HEAD + "".join(_section(kind, (one for one in features if one.kind == kind)) for kind in kinds)


def _section(kind: str, features: Iterable[Feature]) -> str:
    title, _, about = _KINDS[kind].partition(": ")
    rows = "".join(map(_row, features))
    head = f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}\n"
    return f"\n## {title}\n\n{about[0].upper()}{about[1:]}\n\n{head}{rows}"


def _row(one: Feature) -> str:
    beside = ", ".join(field for field in one.inputs if field not in CONTENT) or "–"
    return f"| `{one.name}` | {one.meaning} | {_SPEAKS[one.speaks]} | {one.honest} | {beside} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
