"""The canonical form: every field documented, nothing mutable, and the store's columns in step with it."""

import ast
import types
import typing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

import traces.schema
from traces.columns import HEADER, SESSIONS, TURNS, turn_columns, turns_of
from traces.schema import Kind, Origin, Role, Session, Turn

ARROW = {str: pa.string(), int: pa.int64(), bool: pa.bool_(), datetime: pa.timestamp("us", tz="UTC")}
NARROWED = {"text": pa.large_string(), "tool_arguments": pa.large_string(), "index": pa.int32()}
"""Columns whose type differs from what their field's type alone would give."""

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_every_field_has_its_docstring() -> None:
    documented = documentation(Path(traces.schema.__file__))
    for struct in (Turn, Session):
        for field in struct.__struct_fields__:
            assert documented[struct.__name__].get(field, "").endswith("."), f"{struct.__name__}.{field}"


def test_the_struct_itself_and_its_properties_are_documented() -> None:
    assert Turn.__doc__
    assert Session.__doc__
    assert Session.ended.__doc__


def documentation(path: Path) -> dict[str, dict[str, str]]:
    """The string under each field of each class in a file."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for field, below in zip(node.body, node.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
                text = ast.literal_eval(below.value)
                found.setdefault(node.name, {})[ast.unparse(field.target)] = text
    return found


def test_the_turns_columns_are_its_fields_in_order_and_its_session() -> None:
    assert TURNS.names == [*Turn.__struct_fields__, "session_id"]


def test_the_sessions_columns_begin_with_its_fields_in_order() -> None:
    assert list(HEADER) == [field for field in Session.__struct_fields__ if field != "turns"]
    assert SESSIONS.names[: len(HEADER)] == list(HEADER)
    assert len(set(SESSIONS.names)) == len(SESSIONS.names)


@pytest.mark.parametrize(("struct", "columns"), [(Turn, TURNS), (Session, SESSIONS)])
def test_each_column_has_its_fields_type(struct: type[msgspec.Struct], columns: pa.Schema) -> None:
    for name, annotation in typing.get_type_hints(struct).items():
        if name != "turns":
            assert columns.field(name).type == NARROWED.get(name, ARROW[kind_of(annotation)]), name


def kind_of(annotation: object) -> type:
    """The one Python type behind `X`, `X | None` and `Literal["x"]`."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        annotation = next(one for one in typing.get_args(annotation) if one is not types.NoneType)
    if typing.get_origin(annotation) is typing.Literal:
        return str
    assert isinstance(annotation, type)
    return annotation


def test_sessions_and_turns_cannot_be_changed() -> None:
    turn = Turn(0, "user", "message", "hello")
    session = Session(session_id="a", format="atif", file="a.json", turns=(turn,))
    with pytest.raises(AttributeError, match="immutable"):
        turn.text = "bye"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="immutable"):
        session.turns = ()  # type: ignore[misc]
    with pytest.raises(AttributeError):
        turn.novel = 1  # type: ignore[attr-defined]
    assert hash(session) == hash(msgspec.structs.replace(session))


def test_what_is_not_given_is_unknown() -> None:
    turn = msgspec.structs.asdict(Turn(0, "user", "message"))
    assert {name: value for name, value in turn.items() if value is not None} == {
        "index": 0,
        "role": "user",
        "kind": "message",
        "typed": False,
    }
    session = msgspec.structs.asdict(Session(session_id="a", format="atif", file="a.json"))
    assert {name: value for name, value in session.items() if value is not None} == {
        "session_id": "a",
        "format": "atif",
        "file": "a.json",
        "origin": "unknown",
        "turns": (),
    }


def test_roles_kinds_and_origins_are_closed() -> None:
    assert typing.get_args(Role) == ("user", "assistant", "tool", "system")
    assert typing.get_args(Kind) == ("message", "thinking", "tool_call", "tool_result")
    assert typing.get_args(Origin) == ("human", "subagent", "automation", "unknown")
    with pytest.raises(msgspec.ValidationError, match="Invalid enum value 'robot'"):
        msgspec.convert({"index": 0, "role": "robot", "kind": "message"}, Turn)


def test_a_session_ends_with_its_latest_turn_or_where_it_began() -> None:
    late = datetime(2026, 1, 15, 13, tzinfo=UTC)
    turns = (Turn(0, "user", "message", time=late), Turn(1, "assistant", "message", time=NOON))
    session = Session(session_id="a", format="atif", file="a.json", started=NOON)
    assert session.ended == NOON
    assert msgspec.structs.replace(session, turns=turns).ended == late
    assert Session(session_id="a", format="atif", file="a.json").ended is None


def test_turns_survive_the_way_through_columns() -> None:
    full = Turn(0, "tool", "tool_result", "ok", NOON, "Bash", "{}", "c1", False, 9, 8, 7, None, 70_000)
    bare = Turn(1, "assistant", "thinking")
    session = Session(session_id="a", format="atif", file="a.json", started=NOON, turns=(full, bare))
    columns = turn_columns([session])
    assert columns.schema == TURNS
    assert columns["session_id"].to_pylist() == ["a", "a"]
    assert turns_of(columns) == [full, bare]
