"""Cuts what arrives as the user into what was typed and what Codex put there."""

import re
from collections.abc import Iterator
from itertools import zip_longest

from traces.readers.codex.records import Block, Item

_REQUEST = "\n## My request for Codex:\n"
_INJECTED = re.compile(
    r"\s*(?:# AGENTS\.md instructions.*</INSTRUCTIONS>|<(environment_context|user_instructions|turn_aborted|skill"
    r"|subagent_notification|user_shell_command|user_action|goal_context|codex_internal_context|extension_context"
    r"|hook_prompt|codex_delegation|realtime_delegation|context_window_reminder)\b[^>]*>.*</\1>)\s*",
    re.DOTALL | re.IGNORECASE,
)
_IMAGE_TAG = re.compile(r"</?image[^>]*>")
_TYPED_KINDS = ("user.text", "user.image", "user.audio")


def pieces(item: Item) -> Iterator[tuple[str, bool]]:
    """A user's message in pieces, each with whether it is injected; neighbours of one kind are joined."""
    passed = item.internal_chat_message_metadata_passthrough
    together: list[str] = []
    before = False
    blocks: list[Block] = item.content or []
    for block, kind in zip_longest(blocks, passed.content_item_kinds if passed else []):
        if block is None or (block.text is not None and _IMAGE_TAG.fullmatch(block.text)):
            continue
        for text, injected in _cut(block, kind, before):
            if together and injected != before:
                yield "\n".join(together), before
                together = []
            together.append(text)
            before = injected
    if together:
        yield "\n".join(together), before


def _cut(block: Block, kind: str | None, before: bool) -> Iterator[tuple[str, bool]]:
    """One block of a user's message, cut where an editor's context ends and what was typed begins."""
    text = block.shown
    if kind is not None and kind != "unknown":
        injected = kind not in _TYPED_KINDS
    else:
        injected = before if block.text is None else _INJECTED.fullmatch(text) is not None
    at = text.find(_REQUEST) if text.startswith("# ") and not injected else -1
    if at >= 0:
        yield text[: at + len(_REQUEST)], True
        text = text[at + len(_REQUEST) :]
    yield text, injected
