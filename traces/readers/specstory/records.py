"""SpecStory's files cut into messages, and these into pieces: line by line, as the writer laid them out."""

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain, pairwise

from traces.format import Content, Record
from traces.records import LONGEST

HEADER = re.compile(rb"_\*\*(User|Agent|Assistant|Recap|)( - [^()]*?)?(?: ?\((.*)\))?\*\*_$")
_TOOL = re.compile(rb'<tool-use data-tool-type="[^"]*" data-tool-name="[^"]*">')
_BARE_TOOL = re.compile(rb"(?:<details><summary>)?Tool use: \*\*[^*]+\*\*")
_THINK_END = b"</details></think>"
_TOOL_ENDS = (b"</details></tool-use>", b"</tool-use>")

Piece = tuple[str, str]
"""A part of a message: `header`, `text`, `think`, `tool` (a tool block) or `bare` (one without tags); and its text."""


def messages(content: Content) -> Iterator[Record]:
    """One record a message, and one for what stands before the first; the context says where its pieces begin."""
    layout = _Layout()
    held: list[bytes] = []
    marks: list[tuple[str, int]] = []
    size = number = begun = 0
    with content.open() as stream:
        lines = iter(partial(stream.readline, LONGEST), b"")
        for raw, following in pairwise(chain(lines, [b""])):
            number += 1
            kind, opened = layout.place(raw.rstrip(), following)
            if kind == "header" and held:
                yield Record(b"".join(held), begun, whole=size <= LONGEST, context=marks)
                held, marks, size = [], [], 0
            if opened or not held:
                marks.append((kind, size))
            begun = begun if held else number
            size += len(raw)
            if size <= LONGEST or not held:
                held.append(raw)
    if held:
        yield Record(b"".join(held), begun, whole=size <= LONGEST, context=marks)


def pieces(record: Record) -> list[Piece]:
    """A message's pieces, as the record's context says where they begin."""
    marks = record.context
    assert isinstance(marks, list)
    ends = [*(begin for _, begin in marks[1:]), len(record.raw)]
    return [
        (kind, record.raw[begin:end].decode().replace("\r\n", "\n"))
        for (kind, begin), end in zip(marks, ends, strict=True)
    ]


class _Layout:
    """Follows a file line by line and says what each line is."""

    def __init__(self) -> None:
        self._block = ""
        self._bare = False
        self._fence = b""
        self._speaker: bytes | None = None
        self._timed = False
        self._tagged = False
        self._blank = True
        self._rule = False
        self._last = ""

    def place(self, line: bytes, following: bytes) -> tuple[str, bool]:
        """The next line's kind (see `Piece`), and whether it begins another piece."""
        opened = False
        if self._block:
            kind = self._block
            self._follow_block(line)
        elif self._begins_message(line, following):
            kind = "header"
            self._bare, self._fence = False, b""
        else:
            kind = self._opens(line)
            opened = kind != "text"
            self._bare = kind == "bare" or (self._bare and not opened and not (line == b"---" and self._blank))
            kind = "bare" if self._bare else kind
        if line:
            self._rule = line == b"---" and self._blank
        self._blank = not line
        opened = opened or kind != self._last
        self._last = kind
        return kind, opened

    def _begins_message(self, line: bytes, following: bytes) -> bool:
        found = HEADER.match(line) if self._blank and line.startswith(b"_**") else None
        if found is None or (following.strip() and not following.startswith(b"<!-- message-id:")):
            return False
        speaker = b"User" if found[1] == b"User" else b"Agent"
        timed = b":" in (found[3] or b"")
        if self._speaker is None:
            self._timed = timed
        elif (speaker != self._speaker and not self._rule) or (self._fence and self._timed and not timed):
            return False
        self._speaker = speaker
        return True

    def _opens(self, line: bytes) -> str:
        """The kind of block that begins with this line, or `text`."""
        if self._speaker is None:
            self._tagged = self._tagged or b"SpecStory, Markdown v2" in line
        elif self._speaker == b"Agent" and not self._fence:
            if line.startswith(b"<tool-use ") and _TOOL.match(line):
                self._block = "tool"
                return "tool"
            if line.startswith(b"<think><details>"):
                self._block = "" if line.endswith(_THINK_END) else "think"
                return "think"
            if (line.startswith(b"<details>") or not self._tagged) and _BARE_TOOL.match(line):
                return "bare"
        self._follow_fence(line)
        return "text"

    def _follow_block(self, line: bytes) -> None:
        if self._block == "think":
            ended = line.endswith(_THINK_END)
        else:
            ended = line in _TOOL_ENDS and len(self._fence) < 4
            self._follow_fence(line)
        if ended:
            self._block, self._fence = "", b""

    def _follow_fence(self, line: bytes) -> None:
        """A fence of four or more is one that the writer made longer than any in what it holds."""
        if not line.startswith((b"```", b"~~~")):
            return
        marks = line[: len(line) - len(line.lstrip(line[:1]))]
        if not self._fence:
            self._fence = marks
        elif line == marks and marks.startswith(self._fence):
            self._fence = b""
