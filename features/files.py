"""Files as a session's calls name them, and what happened to each. Told by the last part of their paths."""

from collections.abc import Sequence

import msgspec

from features.calls import Call


class File(msgspec.Struct):
    """What happened to one file: the turns of the calls that did it."""

    written: list[int] = []
    """Calls that made it or wrote it over."""
    overwritten: list[int] = []
    """Of these, calls that wrote over what nobody had read or used."""
    edited: list[int] = []
    """Calls that edited it."""
    read: list[int] = []
    """Calls that read it."""
    read_again: list[int] = []
    """Of these, calls that repeat an earlier one although it had not changed since."""
    used: list[int] = []
    """Calls that name it otherwise: run it, test it, search it, save it."""
    deleted: list[int] = []
    """Calls that delete it."""

    @property
    def changed(self) -> int:
        """The last turn that changed it; -1 where none did."""
        return max(self.written[-1:] + self.edited[-1:], default=-1)

    @property
    def opened(self) -> int:
        """The last turn that read or used it; -1 where none did."""
        return max(self.read[-1:] + self.used[-1:], default=-1)


def files_of(calls: Sequence[Call]) -> dict[str, File]:
    """All files that the calls name, in the order of their first mention."""
    files: dict[str, File] = {}
    for call in calls:
        for name in call.names:
            _happened(files.setdefault(name, File()), call)
    return files


def _happened(file: File, call: Call) -> None:
    if call.action == "write":
        if file.written and file.opened < file.changed:
            file.overwritten.append(call.turn)
        file.written.append(call.turn)
    elif call.action == "edit":
        file.edited.append(call.turn)
    elif call.action == "read":
        if call.same is not None and file.changed < file.opened:
            file.read_again.append(call.turn)
        file.read.append(call.turn)
    elif call.action == "delete":
        file.deleted.append(call.turn)
    else:
        file.used.append(call.turn)
