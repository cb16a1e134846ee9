"""The page about the features, made of their docstrings and of `distributions.json`: `features/README.md`.

python -m features.page                     draws the pictures and writes the page, from what was measured before
python -m features.page FOLDER [VECTORS]    measures the data set in the folder first; its texts' vectors are kept in
                                            the folder VECTORS, by default `data/vectors`, a home's in this folder
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from features import distributions, plots
from features.context import LEARNED
from features.context_feature import ContextFeature
from features.distributions import Distributions, Spread
from features.feature import CONTENT, LANGUAGE, Feature
from features.vectors import Vectors

PAGE = Path(__file__).parent / "README.md"
"""The page; a test checks that it is what `page()` makes."""

_WEEKS = "the laboratory lays sessions out in weeks of its own, so that these figures say little of real histories."
_KINDS = {
    "volume": "Volume and mix: context, never a reason by itself.",
    "similarity": "Self-similarity: texts, lines and calls that repeat each other, and whether their results change.",
    "triviality": "Triviality: how much an ask says, and what is spent on it.",
    "timing": "Timing: pauses and their regularity. Null where the source gives no times.",
    "progress": "Progress: whether anything is taken up, changed, kept; how it ends.",
    LANGUAGE: "Language: what the texts mean, as vectors of at most 112 of them say. Columns only where an encoder is "
    "named; those named *genuine* only where a reference is, too.",
    "across": "Context, across sessions: whether the same was asked or done before, by the user or by colleagues; "
    + _WEEKS,
    "habits": "Context, habits: when the user begins sessions, against the weeks before; " + _WEEKS,
    "spending": "Context, spending: what the user spends in days, weeks and months, against the weeks before; "
    + _WEEKS,
    "peers": "Context, peers: how the user's last weeks stand against colleagues' in the same group; " + _WEEKS,
}
_COLUMNS = (
    "feature",
    "what it says",
    "speaks for padding",
    "honest when",
    "beside the texts it goes by",
    "AUC: genuine",
    "AUC: look-alikes",
)
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
- Features of context stand in a table of their own: what was known when a session began, never anything later.
  They are for the auditor; {learned} (`LEARNED` in `context.py` says why).

No single feature decides. Each has an honest explanation, and it stands beside it.

## How features tell

The pictures and the two last columns come from a data set of the laboratory: {sessions} sessions.
They show how a feature's values lie on genuine sessions as they were, on honest look-alikes, and on padded ones. An AUC
is how often a padded session speaks more for padding than one of the others, where both have a value: half is chance.
Where the feature is context only, it is how often the padded one has the higher value. This is each feature by itself,
in the laboratory; it is no result of the detector.

Features of genuine work need a reference. The one that a session is measured by here was fitted without it and without
whatever else is made of the same genuine session; it does know those that texts are borrowed from, and other work of
the same users and sources. Where all of a source is new to it, honest sessions are as far as padded ones, so that no
detector learns from these features.

`python -m features.page FOLDER` measures the data set in the folder anew, draws, and writes this page.
"""

_DOUBTFUL = """
## Doubtful

By itself each of these tells padded sessions neither from genuine ones nor from look-alikes: both AUCs lie within 0.48
to 0.52, and the values of the groups have nine tenths in common. Such a feature is removed unless there is a reason:

"""

_ONE_OF_SIX = (
    "the six are fitted together, and with another reference it is another one that tells nothing; no detector learns "
    "from it"
)
KEPT = {
    "turn_count": "a session of fewer than four turns is not judged, and it says what shares are shares of",
    "prompt_count": "it says what shares of prompts are shares of",
    "output_share": "it tells kinds of honest work from each other, and so what a session looks like",
    "edits_undone": "nothing else shows edits back and forth",
    "own_work_read": "nothing else shows that a session reads what it wrote itself",
    "overwritten_unread": "nothing else shows a file that is written over before anything opened it",
    "hours": "it says over how long the other figures of a session reach",
    **dict.fromkeys(("genuine_direction_2", "genuine_direction_3", "genuine_direction_6"), _ONE_OF_SIX),
    "last_prompt_takes_up": "the other figures of uptake are means of a whole session; it says how it ended",
    "peers_prompts_again": "nothing else says that colleagues sent these very prompts; no detector learns from it",
    "peers_with_copy": "nothing else says how many colleagues ran the same script; no detector learns from it",
    "same_minute_starts": "nothing else shows a clock across days; no detector learns from it",
    "usual_weekday": "it tells a person's own working week from a schedule; no detector learns from it",
    "month_end_surge": "nothing else shows a quota that is used up; the laboratory has few month's ends",
}
"""Why a feature stays that tells nothing by itself."""


def page() -> str:
    """The page as it should be."""
    features, found = distributions.known(), distributions.read()
    kinds = dict.fromkeys(one.kind for one in features)
    counted = ", ".join(f"{count:,} {name}" for name, count in found.sessions.items())
    sections = (_section(kind, [one for one in features if one.kind == kind], found) for kind in kinds)
    head = _HEAD.replace("{sessions}", counted).replace("{learned}", _learned())
    return "".join((head, *sections, _doubtful(features, found)))


def _learned() -> str:
    names = ", ".join(f"`{name}`" for name in LEARNED)
    return f"a detector learns from {names or 'none of them'}"


def _section(kind: str, features: Sequence[Feature | ContextFeature], found: Distributions) -> str:
    title, _, about = _KINDS[kind].partition(": ")
    rows = "".join(_row(one, found.of(one)) for one in features)
    head = f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}\n"
    drawn = f"![How the features of this kind lie]({plots.PICTURES.name}/{kind}.svg)\n\n"
    picture = drawn if any(map(found.of, features)) else ""
    return f"\n## {title}\n\n{about[0].upper()}{about[1:]}\n\n{picture}{head}{rows}"


def _row(one: Feature | ContextFeature, spread: Spread | None) -> str:
    beside = ", ".join(field for field in one.inputs if field not in CONTENT) or "–"
    aucs = " | ".join(f"{auc:.2f}" if auc is not None else "–" for auc in _aucs(spread))
    return f"| `{one.name}` | {one.meaning} | {_SPEAKS[one.speaks]} | {one.honest} | {beside} | {aucs} |\n"


def _aucs(spread: Spread | None) -> tuple[float | None, float | None]:
    return (None, None) if spread is None else (spread.auc, spread.auc_look_alikes)


def _doubtful(features: Sequence[Feature | ContextFeature], found: Distributions) -> str:
    named = [(one, spread) for one in features if (spread := found.of(one)) and spread.doubtful]
    return _DOUBTFUL + ("".join(_doubt(one.name, spread) for one, spread in named) or "None.\n")


def _doubt(name: str, spread: Spread) -> str:
    why = KEPT.get(name, "no reason is known; remove it, or say why in `KEPT` of `page.py`")
    return f"- `{name}`: {spread.auc} against genuine, {spread.auc_look_alikes} against look-alikes. It stays: {why}.\n"


def main(folder: str | None = None, vectors: str = "data/vectors") -> None:
    """Measures the data set in a folder, where one is named; then draws the pictures and writes the page."""
    measured = distributions.read()
    if folder is not None:
        from features.openvino_encoder import fast_encoder

        measured = distributions.measured(Path(folder), Vectors(fast_encoder(), Path(vectors)))
    distributions.write(distributions.kept(measured))
    plots.draw(distributions.read())
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
