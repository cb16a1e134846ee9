"""The pictures of the features page: a sheet for each kind, a small plot a feature, made of `distributions.json`.

Drawn as SVG by hand: the same figures give the same bytes, and a picture turns dark where the page around it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from features import distributions
from features.distributions import GROUPS, Distributions, Spread

PICTURES = Path(__file__).parent / "pictures"

_ACROSS = 4
_WIDTH, _HEIGHT, _GAP = 226, 112, 10
_TOP, _PLOT, _SIDE = 30, 62, 8
_HEAD = 30
_CLASSES = {"genuine": "g", "look-alike": "l", "padded": "p"}
_STYLE = """
text{font:10px system-ui,sans-serif;fill:#333}.n{font-weight:600}.s{font-size:9px;fill:#595959}
.b{fill:#fff}.c{fill:#f4f4f4}.g{fill:#0072b2;fill-opacity:.4;stroke:#0072b2}
.p{fill:#d55e00;fill-opacity:.3;stroke:#d55e00;stroke-width:1.6}.l{fill:none;stroke:#444;stroke-dasharray:3 2}
@media(prefers-color-scheme:dark){text{fill:#e6e6e6}.s{fill:#b3b3b3}.b{fill:#0d1117}.c{fill:#1b222c}
.g{fill:#56b4e9;stroke:#56b4e9}.p{fill:#e69f00;stroke:#e69f00}.l{stroke:#d0d0d0}}
"""


def sheets(found: Distributions) -> dict[str, str]:
    """The picture of each kind that has features which were measured, by its file's name."""
    kinds: dict[str, dict[str, Spread]] = {}
    for one in distributions.known():
        if (spread := found.of(one)) is not None:
            kinds.setdefault(one.kind, {})[one.name] = spread
    return {f"{kind}.svg": "".join(_sheet(spreads)) for kind, spreads in kinds.items()}


def draw(found: Distributions, folder: Path = PICTURES) -> list[Path]:
    """Writes the pictures; those of kinds that are no more are removed."""
    folder.mkdir(exist_ok=True)
    made = sheets(found)
    for old in folder.glob("*.svg"):
        if old.name not in made:
            old.unlink()
    for name, picture in made.items():
        (folder / name).write_text(picture, encoding="utf-8")
    return [folder / name for name in made]


def _sheet(spreads: Mapping[str, Spread]) -> Iterator[str]:
    width = _ACROSS * (_WIDTH + _GAP) + _GAP
    height = _HEAD + -(-len(spreads) // _ACROSS) * (_HEIGHT + _GAP)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n'
    yield f'<style>{_STYLE}</style>\n<rect class="b" width="{width}" height="{height}"/>\n'
    for place, group in enumerate(GROUPS):
        x = _GAP + 90 * place
        yield f'<rect class="{_CLASSES[group]}" x="{x}" y="10" width="14" height="10"/><text x="{x + 19}" y="19">'
        yield f"{group}</text>\n"
    yield f'<text class="s" x="{width - _GAP}" y="19" text-anchor="end">heights are roots of shares; AUC against '
    yield "genuine | against look-alikes: half is chance, more speaks for padding</text>\n"
    for place, (name, spread) in enumerate(spreads.items()):
        x, y = _GAP + place % _ACROSS * (_WIDTH + _GAP), _HEAD + place // _ACROSS * (_HEIGHT + _GAP)
        yield f'<g transform="translate({x} {y})"><rect class="c" width="{_WIDTH}" height="{_HEIGHT}" rx="4"/>'
        yield from _panel(name, spread)
        yield "</g>\n"
    yield "</svg>\n"


def _panel(name: str, spread: Spread) -> Iterator[str]:
    yield f'<text class="n" x="{_SIDE}" y="14">{escape(name)}</text>'
    yield f'<text class="s" x="{_SIDE}" y="26">AUC {_said(spread.auc)} | {_said(spread.auc_look_alikes)}</text>'
    if (least := min(spread.there.values())) < 0.95:
        known = f"known of {least:.0%} to {max(spread.there.values()):.0%}"
        yield f'<text class="s" x="{_WIDTH - _SIDE}" y="26" text-anchor="end">{known}</text>'
    highest = max((share for shares in spread.shares.values() for share in shares), default=1.0)
    for group in ("genuine", "padded", "look-alike"):
        if spread.shares[group]:
            yield f'<path class="{_CLASSES[group]}" d="{_outline(spread.shares[group], highest)}"/>'
    y = _HEIGHT - 8
    yield f'<text class="s" x="{_SIDE}" y="{y}">{_figure(spread.low)}</text>'
    if spread.log:
        yield f'<text class="s" x="{_WIDTH / 2:g}" y="{y}" text-anchor="middle">logarithmic</text>'
    yield f'<text class="s" x="{_WIDTH - _SIDE}" y="{y}" text-anchor="end">{_figure(spread.high)}</text>'


def _outline(shares: Sequence[float], highest: float) -> str:
    """The steps of a histogram as one closed line."""
    step, floor = (_WIDTH - 2 * _SIDE) / len(shares), _TOP + _PLOT
    tops = [floor - _PLOT * (share / highest) ** 0.5 for share in shares]
    steps = "".join(f"V{top:.1f}H{_SIDE + step * place:.1f}" for place, top in enumerate(tops, 1))
    return f"M{_SIDE} {floor}{steps}V{floor}Z"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _said(auc: float | None) -> str:
    return "–" if auc is None else f"{auc:.2f}"
