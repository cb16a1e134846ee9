"""Which column of a table holds what, by its name."""

import re

from traces.format import Unreadable

PERSON = (
    "person", "personid", "user", "userid", "username", "worker", "workerid", "annotator", "annotatorid",
    "contributor", "contributorid", "participant", "participantid", "author", "authorid", "submitter", "submitterid",
    "submittedby", "rater", "raterid", "labeler", "labelerid", "labeller", "employee", "employeeid", "email",
)  # fmt: skip
"""What a column with the person's id may be called, in lower case without punctuation; the first one found counts."""

TEXT = (
    "text", "submission", "submissiontext", "submittedtext", "prompt", "prompttext", "userprompt", "message",
    "usermessage", "content", "body", "instruction", "response", "answer",
)  # fmt: skip
"""What a column with the text that was submitted may be called."""

TIME = (
    "time", "timestamp", "submittedat", "submissiontime", "submittime", "submitted", "submitdate", "submissiondate",
    "createdat", "created", "creationtime", "sentat", "completedat", "datetime", "date", "ts",
)  # fmt: skip
"""What a column with the time of the submission may be called."""

_NOT_TABLES = {
    "model", "messages", "role", "type", "usage", "tokens", "traceid", "spanid", "sessionid", "input", "output",
}  # fmt: skip
_PUNCTUATION = re.compile(r"[^a-z0-9]")


def column(names: tuple[str, ...], known: tuple[str, ...], asked: str | None = None) -> int | None:
    """Where the column is that was asked for, else the first of the known ones."""
    if asked is not None:
        if asked not in names:
            raise Unreadable("missing-column", f"there is no column {asked!r} among {', '.join(map(repr, names))}")
        return names.index(asked)
    plain = [_plain(name) for name in names]
    return next((plain.index(name) for name in known if name in plain), None)


def is_submission(found: dict[str, object]) -> bool:
    """Whether a JSON object has a person, a text and a time, and nothing that a trace of a model has."""
    names = tuple(found)
    if not _NOT_TABLES.isdisjoint(map(_plain, names)):
        return False
    places = [column(names, kind) for kind in (PERSON, TEXT, TIME)]
    return all(place is not None and isinstance(found[names[place]], (str, int, float)) for place in places)


def _plain(name: str) -> str:
    return _PUNCTUATION.sub("", name.casefold())
