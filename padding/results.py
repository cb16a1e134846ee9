"""What tools give back, as a source shows it: numbered lines, fences, JSON around; and steps that are told it."""

import json
import re

from msgspec.structs import replace

from padding.parts import copied
from padding.work import Step

_NUMBER = r"^( *)(\d+)(→|\t|\. |: ?)"
_NUMBERED, _EACH_NUMBERED = re.compile(_NUMBER), re.compile(_NUMBER, re.MULTILINE)
_EXITED = re.compile(r"\n?<exited with exit code \d+>\s*$")
_OBSERVED = "OBSERVATION:\n"
_REMINDED = "\n\n<system-reminder>"


def unwrapped(text: str) -> str:
    """What a result says without what its source puts around it: fences, JSON, marks, line numbers."""
    if text.startswith('{"output":'):
        text = text[10:].split('","metadata"')[0].strip('"').replace("\\n", "\n").replace("\\r", "")
    text = text.removeprefix(_OBSERVED).partition(_REMINDED)[0]
    text = _EXITED.sub("", text) if "<exited with" in text else text
    if "```" not in text and "→" not in text and not _NUMBERED.match(text):
        return text
    if "```" in text:
        text = "\n".join([line for line in text.split("\n") if not line.startswith("```")])
    return _EACH_NUMBERED.sub("", text)


def as_file(like: str, text: str) -> str:
    """A file's text as a read of `like`'s kind shows it; nothing where its source shows nothing."""
    if not like.strip():
        return like
    text = unwrapped(text)
    fenced = re.match(r"^```\w*\n", like)
    inner = like[fenced.end() :] if fenced else like
    found = _NUMBERED.match(inner)
    shown = _numbered(text, found) if found else text
    tail = inner.find(_REMINDED)
    shown += inner[tail:] if tail >= 0 else ""
    return f"{fenced[0]}{shown}\n```" if fenced else shown


def as_output(like: str, text: str) -> str:
    """What a command printed as the result of `like`'s kind shows it."""
    text = unwrapped(text)
    if like.startswith('{"output":'):
        return json.dumps({"output": f"{text}\n" if text else "", "metadata": _metadata(like)}, separators=(",", ":"))
    fenced = re.match(r"^```\w*\n", like)
    if fenced:
        return f"{fenced[0]}{text}\n```"
    exited = "<exited with exit code 0>" if _EXITED.search(like) else ""
    start = _OBSERVED if like.startswith(_OBSERVED) else ""
    return start + "\n".join(part for part in (text, exited) if part)


def slowed(step: Step, wait: float | None) -> Step:
    """The step with its results after a wait; as they were without one."""
    if wait is None:
        return step
    return Step(tuple(replace(p, gap=wait) if p.turn.kind == "tool_result" else p for p in step.pieces))


def whole(step: Step) -> bool:
    """Whether every result of the step answers a call of the step."""
    return {turn.call_id for turn in step.results} <= {turn.call_id for turn in step.calls}


def waits_of(step: Step) -> list[float]:
    """Seconds that its results took."""
    gaps = (piece.gap for piece in step.pieces if piece.turn.kind == "tool_result")
    return [gap for gap in gaps if gap is not None and gap >= 0]


def alone(step: Step) -> Step:
    """The step's first call and that call's result, and nothing else."""
    call = next(piece for piece in step.pieces if piece.turn.kind == "tool_call")
    results = [piece for piece in step.pieces if piece.turn.kind == "tool_result"]
    answer = next((piece for piece in results if piece.turn.call_id == call.turn.call_id), results[0])
    answer = replace(answer, turn=replace(answer.turn, call_id=call.turn.call_id))
    return copied(Step((call, answer)))


def shown(step: Step) -> str:
    """What the step's last result says; nothing where it has none."""
    return (step.results[-1].text or "") if step.results else ""


def told(step: Step, text: str) -> Step:
    """The step with that as its results, and no error."""
    pieces = (
        replace(
            p, turn=replace(p.turn, text=text, original_chars=None, is_error=None if p.turn.is_error is None else False)
        )
        if p.turn.kind == "tool_result"
        else p
        for p in step.pieces
    )
    return Step(tuple(pieces))


def _numbered(text: str, like: re.Match[str]) -> str:
    width = len(like[1]) + len(like[2])
    lines = enumerate(text.splitlines(), 1)
    return "\n".join(f"{number:>{width}}{like[3]}{line}" for number, line in lines)


def _metadata(like: str) -> dict[str, float]:
    found = re.search(r'"duration_seconds":([\d.]+)', like)
    return {"exit_code": 0, "duration_seconds": float(found[1]) if found else 0.3}
