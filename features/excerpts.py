"""What of a text is encoded: all of a short one, three passages of a long one.

The model reads 256 tokens and is blind to the rest, and cutting a log of a megabyte into tokens takes a second only to
throw nearly all of them away. So a text of more than 1,024 bytes stands for itself by its first 384 bytes, 192 from its
middle and its last 192, each cut back to whole characters: 768 bytes, which is about what fills 256 tokens in the
scripts and the code that take most of them (three bytes a token). The rule looks at the text alone: the same text has
the same excerpt everywhere. What stands between the passages is not seen.
"""

RULE = "1024:384+192+192"
"""The rule's name, part of what vectors are kept under: they are made anew where it changes."""

_WHOLE, _HEAD, _SIDE = 1024, 384, 192


def excerpt(text: str) -> str:
    """The text that is encoded for this one. Halves of surrogate pairs, which no tokenizer takes, become `?`."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= _WHOLE:
        return raw.decode()
    middle = (len(raw) - _SIDE) // 2
    passages = raw[:_HEAD], raw[middle : middle + _SIDE], raw[-_SIDE:]
    return " … ".join(passage.decode("utf-8", "ignore") for passage in passages)
