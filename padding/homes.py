"""Whose machine a borrowed text speaks of: folders of the session that it comes from become the host's."""

import re

from msgspec.structs import replace

from padding.work import Exchange, Piece, Step, Work

_UNIX = r"/(?:Users|home)/[A-Za-z][\w.-]*"
_HOME = re.compile(_UNIX + r"|[A-Za-z]:\\{1,2}Users\\{1,2}[\w. -]+?(?=\\)")
_UNIX_HOME = re.compile(_UNIX)  # one first letter to look for: ten times quicker
_SIGNS = ("/Users/", "/home/", "\\Users\\")


def at_home(exchange: Exchange, host: Work, project: str | None = None) -> Exchange:
    """The exchange with the host's folders in place of its own: the project's, where it is known, and the home's.

    Folders below the project keep their names: another project's files stay another project's.
    """
    own = host.header.project
    home = own and _HOME.match(own)
    if not own or not home:
        return exchange

    def put(text: str | None) -> str | None:
        if not text or not any(sign in text for sign in _SIGNS):
            return text
        if project and len(project) > len(home[0]) and project in text:
            text = text.replace(project, own)
        pattern = _HOME if "\\Users\\" in text else _UNIX_HOME
        return pattern.sub(lambda found: _alike(found[0], home[0]), text)

    def moved(piece: Piece) -> Piece:
        turn = piece.turn
        text, arguments = put(turn.text), put(turn.tool_arguments)
        if text == turn.text and arguments == turn.tool_arguments:
            return piece
        return replace(piece, turn=replace(turn, text=text, tool_arguments=arguments))

    steps = tuple(Step(tuple(map(moved, step.pieces))) for step in exchange.steps)
    return Exchange(tuple(map(moved, exchange.opening)), steps)


def _alike(found: str, home: str) -> str:
    """The host's home where it is written in the same way; slashes of another system stay what they are."""
    return home if ("\\" in found) == ("\\" in home) and "\\\\" not in found else found
