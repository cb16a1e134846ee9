"""What a session looks like from outside: which fields are missing where they could be, and its mix of turns."""

from collections.abc import Callable, Iterable, Sequence

from padding.form import text_class
from padding.work import Step, take_apart
from traces.schema import Session, Turn

TOKENS = ("output_tokens", "input_tokens", "cached_tokens")
"""They stand on one turn of each model call, so they are counted by steps and not by turns."""
FIELDS = ("time", *TOKENS, "is_error", "call_id", "original_chars")
"""Fields of turns that a source may lack: whether they are there is form, and must not tell what is padding."""
FORM = tuple(f"share_with_{name}" for name in FIELDS)
MIX = (
    "share_of_prompts", "share_of_replies", "share_of_thoughts", "share_of_calls", "share_of_cut_texts",
    "turns_a_step", "steps_a_prompt",
)  # fmt: skip
"""The mix of turns is content rather than form, but what is made should have that of genuine sessions as well."""

_COULD: dict[str, Callable[[Turn], bool]] = {
    "time": lambda _turn: True,
    "is_error": lambda turn: turn.kind == "tool_result",
    "call_id": lambda turn: turn.kind in ("tool_call", "tool_result"),
}
"""Which turns could carry a field; how many of those there are is the mix of turns."""


def form(session: Session) -> dict[str, float | None]:
    """The share of what could carry a field that does, field by field, and then the mix of turns.

    Null where nothing could: a session without calls lacks no ids.
    """
    steps = list(take_apart(session).steps)
    return {f"share_with_{name}": _share(session.turns, steps, name) for name in FIELDS} | _mix(session.turns, steps)


def _share(turns: Sequence[Turn], steps: Iterable[Step], name: str) -> float | None:
    if name in TOKENS:
        return mean(any(getattr(piece.turn, name) is not None for piece in step.pieces) for step in steps)
    known = _long(turns) if name == "original_chars" else filter(_COULD[name], turns)
    return mean(getattr(turn, name) is not None for turn in known)


def _long(turns: Iterable[Turn]) -> list[Turn]:
    """Texts as long as the shortest that was cut among those of their class; short ones are never cut."""
    classes: dict[str, list[Turn]] = {}
    for turn in turns:
        if turn.text is not None:
            classes.setdefault(text_class(turn), []).append(turn)
    found = []
    for texts in classes.values():
        least = min((len(turn.text or "") for turn in texts if turn.original_chars is not None), default=None)
        found += [] if least is None else [turn for turn in texts if len(turn.text or "") >= least]
    return found


def _mix(turns: Sequence[Turn], steps: Sequence[Step]) -> dict[str, float | None]:
    kinds = [(turn.role, turn.kind) for turn in turns]
    prompts = sum(role == "user" for role, _ in kinds)
    return {
        "share_of_prompts": mean(role == "user" for role, _ in kinds),
        "share_of_replies": mean(kind == ("assistant", "message") for kind in kinds),
        "share_of_thoughts": mean(kind == "thinking" for _, kind in kinds),
        "share_of_calls": mean(kind == "tool_call" for _, kind in kinds),
        "share_of_cut_texts": mean(turn.original_chars is not None for turn in turns if turn.text is not None),
        "turns_a_step": sum(step.size for step in steps) / len(steps) if steps else None,
        "steps_a_prompt": len(steps) / prompts if prompts else None,
    }


def mean(flags: Iterable[bool]) -> float | None:
    """The share of flags that are up; null where there is none."""
    known = list(flags)
    return sum(known) / len(known) if known else None
