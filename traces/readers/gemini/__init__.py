"""Gemini CLI's chat files (`~/.gemini/tmp/<project>/chats/session-*`): one JSON document, or (newer) one record a line.

Traps: a line repeats a message when its tokens or the results of its calls become known, so that the last one counts;
`output` leaves out the thoughts; zero tokens stand for unknown ones; messages that the program sends by itself arrive
as the user, and so do the files that a prompt refers to and the text that a command expands to. What was rewound did
happen and stays. The file does not say whether a person or a script (`gemini -p`) began the session. Not read:
`$set`, which sends the history again after it was compressed, and the copies of results that are meant for the screen.
"""

from traces.readers.gemini.reader import FORMAT

__all__ = ["FORMAT"]
