"""aider's chat history (`.aider.chat.history.md`): Markdown in which each start of the program opens a section.

Traps: prompts (`#### `) and notices (`> `) look like headings and quotes of the model's own Markdown, but aider ends
its own lines with two blanks, and begins the model's text after an empty line; a notice of several lines is marked on
the first one only; inside a code fence neither counts, but a fence that an interrupted answer left open ends with the
next prompt or token report. The start is local time, no turn has a time, and token counts are rounded (`5.4k`).
Typed are prompts, and commands as they were entered (`/add`, `/run`, `!ls`); not typed are answers that aider gives by
itself and the prompts that it makes of comments in the code. What it sends again by itself (a failed edit, a linter's
errors) is not in the file, or only as a notice. A section in which nothing was said is a session of notices.
"""

import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Literal

from traces.draft import Draft
from traces.format import About, Content, Format, Head, Record, Unreadable
from traces.records import LONGEST
from traces.schema import Session
from traces.times import time_of

_LONG = 1024 * 1024
_START = "# aider chat started at "
_PROMPT = re.compile(r"^#### .*$", re.MULTILINE)
_OWN_LINE = re.compile(r"^(?:> |#### ).*  $", re.MULTILINE)
_VERSION, _MODEL, _FOLDER = (
    "Aider v",
    re.compile(r"(?:Main m|M)odel: (\S+) with "),
    re.compile(r"(?:Git|Cur) working dir: "),
)
_FIGURE = r"(\d{1,9}(?:\.\d{1,3})?k?)"
_TOKENS = re.compile(
    rf"> Tokens: {_FIGURE} sent(?:, {_FIGURE} cache write)?(?:, {_FIGURE} cache hit)?, {_FIGURE} received"
)
_CHOICE = " (Y)es/(N)o"
_FROM_COMMENTS = (
    "I've written your instructions in comments in the code",
    'Find the "AI" comments below (marked with █)',
    '/ask\nFind the "AI" comments below (marked with █)',
)
_TAG = "thinking-content-7bbeb8e1441453ad999a0bbba8a46d4b"
_THINKING = (
    (f"<{_TAG}>", f"</{_TAG}>"),
    ("--------------\n► **THINKING**", "------------\n► **ANSWER**"),
)

Mode = Literal["start", "user", "notice", "open-notice", "assistant"]


class Aider:
    """Reads one section a record, or a long section in several records."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._section: _Section | None = None
        self._begun: object = None

    def add(self, record: Record) -> Iterable[Session]:
        """Takes one section, or what follows of it; gives the section before."""
        try:
            text = record.raw.decode().removeprefix("\ufeff").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise Unreadable("invalid-utf8", f"byte {error.start} is not UTF-8") from error
        first, _, rest = text.partition("\n")
        begins = first.startswith(_START)
        started = time_of(first[len(_START) :].strip(), self._about.zone) if begins else None
        done: Iterable[Session] = ()
        if begins or self._section is None or record.context != self._begun:
            done, self._begun = self.finish(), record.context
            self._section = _Section(self._draft(text, started))
        draft = self._section.draft
        self._section.add_lines(rest if begins else text)
        return [*done, draft.take()] if draft.full else done

    def finish(self) -> Iterable[Session]:
        """Gives the last section."""
        if self._section is None:
            return ()
        self._section.close()
        return (self._section.draft.take(),) if self._section.draft.turns else ()

    def _draft(self, text: str, started: datetime | None) -> Draft:
        """A section's session, known by its first line and first prompt."""
        prompt = _PROMPT.search(text)
        content = f"{text.partition(chr(10))[0]}\n{prompt[0]}" if prompt else text
        draft = Draft(blake2b(content.encode(), digest_size=16).hexdigest(), FORMAT.name, self._about.file)
        draft.header(
            user_id=self._about.user,
            source=self._about.source,
            agent=FORMAT.name,
            origin="human",
            started=started,
        )
        return draft


class _Section:
    """Makes turns of a section's lines."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._marked = False
        """Whether aider's own lines end with two blanks here, as it writes them."""
        self._mode: Mode = "start"
        self._blank = True
        self._fence = ""
        self._lines: list[str] = []
        self._call: int | None = None

    def add_lines(self, text: str) -> None:
        """Takes the next lines."""
        self._marked = self._marked or _OWN_LINE.search(text) is not None
        for line in io.StringIO(text):
            self.add(line.rstrip("\n"))

    def add(self, line: str) -> None:
        """Takes the next line."""
        own = line.endswith("  ") or not self._marked
        if self._is_prompt(line, own):
            self._go("user", again=not (self._mode == "user" and not self._blank))
            self._lines.append(line[5:].removesuffix("  "))
        elif self._is_notice(line, own):
            self._go("notice" if own else "open-notice")
            self._lines.append(line[2:].rstrip())
            self._note(line)
        elif self._mode == "open-notice" or (
            self._mode == "notice" and self._marked and not self._blank and line.strip()
        ):
            self._lines.append(line.rstrip())
            self._mode = "notice" if line.endswith("  ") else "open-notice"
        elif line.strip() or self._mode == "assistant":
            self._go("assistant")
            self._lines.append(line)
            self._follow_fence(line)
        self._blank = not line.strip()

    def close(self) -> None:
        """Makes the turns of what was said last."""
        text = "\n".join(self._lines)
        if self._mode == "user":
            text = "" if text == "<blank>" else text
            chosen = _CHOICE in text and text.rstrip().rpartition("]: ")[2].isalpha()
            self.draft.add("user", "message", text, typed=not (chosen or text.startswith(_FROM_COMMENTS)))
            self._call = None
        elif self._mode == "assistant":
            self._answer(text.strip())
        elif text.strip():
            self.draft.add("system", "message", text.strip("\n"))
        self._lines = []

    def _go(self, mode: Mode, again: bool = False) -> None:
        """Ends what was being said when something else begins."""
        same = self._mode == mode or {self._mode, mode} == {"notice", "open-notice"}
        if again or not same:
            self.close()
            self._fence = ""
        self._mode = mode

    def _is_prompt(self, line: str, own: bool) -> bool:
        if not (line.startswith("#### ") and own) or (self._fence and not self._marked):
            return False
        return self._blank or self._mode in ("user", "notice")

    def _is_notice(self, line: str, own: bool) -> bool:
        if not line.startswith("> "):
            return False
        if _TOKENS.match(line):
            return True
        if self._fence:
            return own and (line.startswith("> ^C") or not line.strip("> "))
        if self._mode == "assistant":
            return own and (self._blank or not self._marked)
        return own or not self._blank or self._mode == "start"

    def _follow_fence(self, line: str) -> None:
        marks = line.lstrip()
        if self._fence:
            if marks.startswith(self._fence) and not marks.strip("` ~"):
                self._fence = ""
        elif marks.startswith(("```", "~~~")):
            self._fence = marks[: len(marks) - len(marks.lstrip(marks[0]))]

    def _answer(self, text: str) -> None:
        first = self.draft.next_index
        for opening, closing in _THINKING:
            if text.startswith(opening) and (end := text.find(closing)) >= 0:
                thinking, text = text[len(opening) : end].strip(), text[end + len(closing) :].strip()
                if thinking:
                    self.draft.add("assistant", "thinking", thinking)
        if text:
            self.draft.add("assistant", "message", text)
        self._call = first if self.draft.next_index > first else None

    def _note(self, line: str) -> None:
        """Takes from a notice what it says of the session or of the last model call."""
        notice = line[2:].rstrip()
        if notice.startswith(_VERSION):
            self.draft.header(agent_version=notice[len(_VERSION) :])
        elif found := _MODEL.match(notice):
            self.draft.header(model=found[1])
        elif found := _FOLDER.match(notice):
            self.draft.header(project=notice[found.end() :])
        elif found := _TOKENS.match(line):
            sent, cached = _count(found[1]), _count(found[3]) if found[3] else None
            if self._call is None:
                self._call = self.draft.add("assistant", "message")
            self.draft.amend(
                self._call,
                input_tokens=sent + cached if cached is not None and cached > sent else sent,
                cached_tokens=cached,
                output_tokens=_count(found[4]),
            )
            self._call = None


def _count(figure: str) -> int:
    """The number that a figure like `5.4k` was rounded from, as near as it says."""
    return round(float(figure.removesuffix("k")) * (1_000 if figure.endswith("k") else 1))


def _sections(content: Content) -> Iterator[Record]:
    """One record for each start of the program; a section that is long is cut where a prompt seems to begin."""
    start = _START.encode()
    with content.open() as stream:
        held: list[bytes] = []
        line, begun, size, section = 0, 0, 0, 0
        while raw := stream.readline(LONGEST):
            line += 1
            starts = raw.startswith(start)
            if held and (starts or (size > _LONG and raw.startswith(b"#### ") and held[-1].isspace())):
                yield Record(b"".join(held), begun, whole=size <= LONGEST, context=section)
                held, size = [], 0
            if not held and raw.isspace():
                continue
            begun = begun if held else line
            section = line if starts else section
            size += len(raw)
            if size <= LONGEST or not held:
                held.append(raw)
        if held:
            yield Record(b"".join(held), begun, whole=size <= LONGEST, context=section)


def _matches(head: Head) -> bool:
    return head.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_START.encode())


FORMAT = Format(
    name="aider",
    title="aider chat history (.aider.chat.history.md)",
    matches=_matches,
    records=_sections,
    reader=Aider,
)
