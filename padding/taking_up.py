"""Taking up: what was found is named again, in what is said and in which file is changed next, as in honest work."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from padding.arguments import file_in, suiting, with_file
from padding.errands import Desk
from padding.parts import reply
from padding.results import shown
from padding.work import Step

_LINE = re.compile(r"[^\W_]{3}")
_NUMBER = re.compile(r"^\s*\d+(?:→|\t|:|\. )")
_LEAST, _LONGEST = 12, 160
_LOOKED_AT = 4000
_NAMED = 3


def finding(text: str, before: str = "", place: float = 0.5) -> str:
    """A line that says something and was not there before; empty where there is none."""
    old = set(before[:_LOOKED_AT].splitlines())
    new = [line for line in text[:_LOOKED_AT].splitlines() if line not in old]
    bare = [_NUMBER.sub("", line) if line.lstrip()[:1].isdigit() else line for line in new]
    lines = [line.strip(" `#*-\t") for line in bare]
    telling = [line for line in lines if _LEAST <= len(line) <= _LONGEST and _LINE.search(line)]
    return telling[int(place * len(telling))] if telling else ""


def acted_on(look: Step, desk: Desk, found: str = "") -> list[Step]:
    """A change where the look was and a check of it, or another look, with a word about what was seen there."""
    rng = desk.rng
    seen = found or finding(shown(look), "", float(rng.random()))
    if rng.random() < 0.5:
        return [named(desk.some("read", "search", "test", "run", "read"), seen, desk)]
    change = desk.some("edit", "write", "edit")
    path = file_in(look.calls[0]) if look.calls else None
    if path and change.calls and file_in(change.calls[0]):
        change = suiting(change, lambda call: with_file(call, path), path)
    return [named(change, seen, desk), *([desk.some("test", "run")] if rng.random() < 0.7 else ())]


def told_of(steps: Sequence[Step], desk: Desk) -> Step:
    """A report that names what the steps brought to light."""
    results = [shown(step) for step in steps if step.results]
    found = [line for line in (finding(text, "", float(desk.rng.random())) for text in results[-_NAMED:]) if line]
    said = desk.step("talk")
    told = said if said is not None else Step((reply("\n".join(found) or "ok"),))
    return named(told, "`\n- `".join(dict.fromkeys(found)), desk)


def named(step: Step, found: str, desk: Desk) -> Step:
    """The step with that in the last thing that is said in it; said before it where nothing was."""
    if not found:
        return step
    quoted = f"`{found}`" if "\n" not in found else f"- `{found}`"
    places = [place for place, piece in enumerate(step.pieces) if piece.turn.kind == "message"]
    if not places:
        return Step((reply(quoted if desk.rng.random() < 0.5 else found.replace("`", "")), *step.pieces))
    pieces, last = list(step.pieces), places[-1]
    turn = pieces[last].turn
    pieces[last] = replace(pieces[last], turn=replace(turn, text=f"{turn.text or ''}\n\n{quoted}"))
    return Step(tuple(pieces))
