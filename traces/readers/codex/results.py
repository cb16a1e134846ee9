"""What tools gave back, and whether they failed."""

import re
from collections.abc import Iterable

from traces.readers.codex.records import Block, Item, Outcome

_EXIT = re.compile(r"(?:Chunk ID: .*\n)?(?:Wall time: .*\n)?(?:Process exited with code|Exit code:) (-?\d+)\n")
_EXIT_INSIDE = re.compile(r'\{"output":.*"metadata":\{"exit_code":(-?\d+)\b', re.DOTALL)


def joined(blocks: Iterable[Block] | None) -> str:
    """Blocks as one text, without what only the provider can read."""
    return "\n".join(block.shown for block in blocks or () if block.type != "encrypted_content")


def result(item: Item) -> str | None:
    """A result's text."""
    if tools := bytes(item.tools).decode():
        return tools
    if isinstance(item.output, list):
        return joined(item.output)
    return item.output.content if isinstance(item.output, Outcome) else item.output


def failed(item: Item) -> bool | None:
    """Whether a result is an error: where it says so, or a command's exit code in its head does."""
    output = item.output
    if isinstance(output, Outcome):
        return None if output.success is None else not output.success
    if not isinstance(output, str):
        return None
    found = _EXIT.match(output) or (_EXIT_INSIDE.match(output) if output.startswith('{"output"') else None)
    return None if found is None else found[1] != "0"
