"""OpenCode's exports (`opencode export <session>`): one JSON document a session, its messages made of parts.

Traps: one assistant message can hold several model calls (steps), each with its own tokens in `step-finish`, while the
message's own figure is that of the last one; `tokens.input` leaves cached tokens out and `tokens.output` has left
reasoning out since version 1.4 (`tokens.total` shows which); all-zero tokens mean that the call never finished; parts
marked `synthetic` (files that were mentioned, reminders) arrive as the user and are not typed; a forked session begins
with a copy of the old one, whose tokens are not counted again; after an overflow the last prompt is sent once more.
Not told apart: what a person typed and what a slash command of theirs expanded to, which the export does not mark.
"""

from traces.readers.opencode.reader import FORMAT

__all__ = ["FORMAT"]
