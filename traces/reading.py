"""From a file to sessions: recognise the format, cut into records, read each; what cannot be read is kept, not lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from pydantic_core import from_json

from traces.files import Plain, head_of, members
from traces.format import About, Content, Format, Head, Record, Unreadable
from traces.readers import FORMATS
from traces.records import LONGEST
from traces.schema import Session

_MOST_OBJECTS = 20


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be read, and why."""

    record: Record
    reason: str
    detail: str


class Reading:
    """Reads one file; afterwards, `seen` = `read` + `refused`."""

    def __init__(self, content: Content, format: Format, about: About) -> None:
        self._content = content
        self._format = format
        self._about = about
        self.seen = 0
        """Records met."""
        self.read = 0
        """Records that a reader took in."""
        self.refused = 0
        """Records that were refused."""
        self.bytes = 0
        """Their bytes, all together."""

    def sessions(self) -> Iterator[Session | Refused]:
        """Sessions (long ones in parts) as they become complete, and the records that were refused, as they are met."""
        reader = self._format.reader(self._about)
        try:
            for record in self._format.records(self._content):
                self.seen += 1
                self.bytes += len(record.raw)
                try:
                    if not record.whole:
                        raise Unreadable("too-long", f"longer than {LONGEST:,} bytes; split it and ingest it again")
                    sessions = list(reader.add(record))
                except Unreadable as error:
                    self.refused += 1
                    yield Refused(record, error.reason, error.detail)
                except Exception as error:  # noqa: BLE001 - a fault of a reader costs the record, not the night's run
                    self.refused += 1
                    yield Refused(record, "reader-error", f"{type(error).__name__}: {error}")
                else:
                    self.read += 1
                    yield from sessions
        except Exception as error:  # noqa: BLE001 - what was read before the break is kept
            yield self._broken(error)
        try:
            yield from reader.finish()
        except Exception as error:  # noqa: BLE001 - as for a record
            yield self._broken(error)

    def _broken(self, error: Exception) -> Refused:
        """The rest of a file that cannot be cut into records, or not be brought to an end."""
        self.seen += 1
        self.refused += 1
        if isinstance(error, Unreadable):
            return Refused(Record(b"", 0, whole=False), error.reason, error.detail)
        return Refused(Record(b"", 0, whole=False), "reader-error", f"{type(error).__name__}: {error}")


def read(path: Path, about: About | None = None) -> tuple[list[Session], list[Refused]]:
    """All sessions of one file, whole, and all records that were refused. Not for files that exceed the memory."""
    content = Plain(path)
    format = recognise(content, path.name)
    sessions: dict[str, Session] = {}
    refused: list[Refused] = []
    for part in Reading(content, format, about or About(file=str(path))).sessions():
        if isinstance(part, Refused):
            refused.append(part)
        elif part.session_id in sessions:
            earlier = sessions[part.session_id]
            sessions[part.session_id] = msgspec.structs.replace(part, turns=earlier.turns + part.turns)
        else:
            sessions[part.session_id] = part
    return list(sessions.values()), refused


def recognise(content: Content, name: str) -> Format:
    """The format of a file, by its content; `Unreadable` naming the known formats where none fits."""
    head = look(content, name)
    for format in FORMATS:
        if format.matches(head):
            return format
    known = ", ".join(format.name for format in FORMATS)
    raise Unreadable("unknown-format", f"it is in none of the formats that are known ({known})")


def look(content: Content, name: str) -> Head:
    """The beginning of a file, as formats recognise themselves by it."""
    data = head_of(content)
    if isinstance(content, Plain) and content.is_zip:
        with members(content.path) as archive:
            return Head(name, data, (), tuple(archive.namelist()))
    return Head(name, data, _objects(data))


def _objects(data: bytes) -> tuple[dict[str, object], ...]:
    text = data.lstrip(b"\xef\xbb\xbf\0 \t\r\n")
    lines = [line for line in text.split(b"\n", _MOST_OBJECTS)[:_MOST_OBJECTS] if line.startswith(b"{")]
    if any(_object(line, partial=False) for line in lines):
        return tuple(filter(None, (_object(line) for line in lines)))
    whole = _value(text, partial=True)
    elements = whole if isinstance(whole, list) else [whole]
    return tuple(element for element in elements[:_MOST_OBJECTS] if isinstance(element, dict))


def _object(text: bytes, partial: bool = True) -> dict[str, object] | None:
    value = _value(text, partial)
    return value if isinstance(value, dict) and value else None


def _value(text: bytes, partial: bool) -> object:
    try:
        return from_json(text, allow_partial=partial, cache_strings=False)
    except ValueError:
        return None
