"""ShareGPT-style data: speakers under many names, tools without ids, ids that mean nothing elsewhere."""

from pathlib import Path

from traces.reading import read
from traces.schema import Session


def said(session: Session) -> list[tuple[str, str, str | None]]:
    return [(turn.role, turn.kind, turn.text or turn.tool_arguments) for turn in session.turns]


def test_speakers_become_roles(examples: Path) -> None:
    (first, second), refused = read(examples / "sharegpt" / "ordinary_conversations.json")
    assert refused == []
    assert said(first) == [
        ("system", "message", "You are a tea master."),
        ("user", "message", "Which water?"),
        ("assistant", "message", "Soft water."),
        ("user", "message", None),
        ("assistant", "message", "Are you still there?"),
    ]
    assert [role for role, _, _ in said(second)] == ["system", "user", "assistant"]
    assert (first.model, second.model) == (None, "kestrel-2")
    assert [turn.typed for turn in first.turns] == [False, None, False, None, False]
    assert (first.origin, first.started) == ("unknown", None)


def test_an_id_says_which_conversation_also_outside_its_file(examples: Path) -> None:
    (first, second), _ = read(examples / "sharegpt" / "ordinary_conversations.json")
    assert (first.session_id[:2], second.session_id[:2]) == ("0-", "1-")
    assert {len(first.session_id), len(second.session_id)} == {34}


def test_function_calls_are_turns_and_results_carry_the_name_of_the_last_call(examples: Path) -> None:
    (session,), _ = read(examples / "sharegpt" / "function_calls.jsonl")
    assert said(session)[1:] == [
        ("assistant", "tool_call", '{"unit": "C"}'),
        ("tool", "tool_result", '{"degrees": 97}'),
        ("assistant", "tool_call", "kettle --status"),
        ("tool", "tool_result", "on"),
        ("assistant", "message", "Nearly."),
    ]
    names = [turn.tool_name for turn in session.turns]
    assert names == [None, "read_thermometer", "read_thermometer", None, None, None]


def test_calls_inside_the_text_are_taken_out(examples: Path) -> None:
    (session,), _ = read(examples / "sharegpt" / "calls_inside_the_text.jsonl")
    assert said(session)[1:] == [
        ("assistant", "message", "I will.\n"),
        ("assistant", "tool_call", '{"tin": 1}'),
        ("assistant", "tool_call", '{"tin": 2}'),
        ("tool", "tool_result", "<tool_response>80 g, 95 g</tool_response>"),
        ("assistant", "message", "The second; write <tool_call> to ask again."),
    ]


def test_equal_conversations_under_other_keys_are_sessions_of_their_own(examples: Path) -> None:
    (first, second), _ = read(examples / "sharegpt" / "other_names_for_the_keys.jsonl")
    assert said(first) == said(second) == [("user", "message", "Hello."), ("assistant", "message", "Good morning.")]
    assert second.session_id == f"{first.session_id}-2"


def test_a_broken_conversation_is_refused_alone(examples: Path) -> None:
    sessions, (refused,) = read(examples / "sharegpt" / "one_of_three_is_broken.json")
    assert [session.turns[0].text for session in sessions] == ["One.", "Three."]
    assert (refused.reason, refused.record.line) == ("wrong-type", 2)
    assert refused.detail == "'teapot' is no speaker - at `$.conversations[0].from`"
