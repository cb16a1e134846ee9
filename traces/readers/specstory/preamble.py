"""What stands before the first message of a SpecStory file: which session it is, whose, and when it began."""

import re
from dataclasses import dataclass
from datetime import datetime

from traces.format import About
from traces.times import time_of

SESSION = re.compile(r"<!-- (.{1,60}?) Session (\S+)(?: \((.*)\))? -->$")
_TITLE = re.compile(r"##? (?:.*\()?(\d[^()]*?)\)?$")
TIME = re.compile(r"(?:^| )(\d{4}-\d\d-\d\d[ T]\d\d:\d\d\S*)$")


@dataclass(frozen=True, slots=True)
class Preamble:
    """What stands before the first message."""

    session_id: str | None
    agent: str | None
    started: datetime | None
    raw: bytes


def preamble(raw: bytes, about: About) -> Preamble:
    """Reads it; what it does not say stays null."""
    session_id = agent = None
    times: list[str | None] = []
    for line in map(str.strip, raw.decode().splitlines()):
        if found := SESSION.match(line):
            agent, session_id = found[1].lower().replace(" ", "-"), found[2]
            times.insert(0, found[3])
        elif found := _TITLE.match(line):
            times.append(found[1])
    started = next((time for text in times if text and (time := _began(text, about))), None)
    return Preamble(session_id, agent, started, raw)


def _began(text: str, about: About) -> datetime | None:
    """The time in a title; null for a date as another country writes it, and for other numbers."""
    if TIME.match(text):
        return time_of(text, about.zone)
    try:
        return time_of(datetime.strptime(text, "%m/%d/%Y, %I:%M:%S %p"), about.zone)  # noqa: DTZ007
    except ValueError:
        return None
