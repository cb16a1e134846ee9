"""Replaces user ids by pseudonyms: a keyed hash, whose key stays with the operator.

Who has the key can tell whose a pseudonym is by trying names; who lacks it cannot. The same id under the same key has
the same pseudonym in every file and run. Names that people wrote in their texts are not found, but for those in paths.
"""

import os
import re
import stat
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex

_KEY_BYTES = 32

# A path may start after the end of an escape (\n), though a letter stands before it; `example.com/home/` is no home.
_START = r"(?:(?<![\w.-])|(?<=\\[bfnrt]))"
_NAME = r"(?!(?:Shared|Public|Default|All Users)\b)\w(?:[\w.@+~-]*\w)?"
_HOMES = (
    # On Windows names may hold spaces, and nobody minds the case of `Users`.
    rf"{_START}([A-Za-z]:[\\/]{{1,8}}(?i:users)[\\/]{{1,8}})({_NAME}(?: [\w.-]+){{1,3}}(?=\\)|{_NAME})",
    rf"{_START}((?:/var|/export|/mnt/[a-z]|/[a-z])?(?:\\{{0,4}}/){{1,4}}(?:Users|home)(?:\\{{0,4}}/){{1,4}})({_NAME})",
    # A path as one folder's name, as Claude Code writes it: where a name has a hyphen, what follows the hyphen stays.
    r"(?<![\w-])((?:[A-Za-z]-)?-(?:Users|home)-)([A-Za-z0-9]+)",
)


def load_or_make_key(path: Path) -> bytes:
    """The operator's key; where there is none, one is made, for its owner's eyes only."""
    if not path.exists():
        _make_key(path)
    text = path.read_bytes()
    if not re.fullmatch(rb"[0-9a-fA-F]{%d}\s*" % (2 * _KEY_BYTES), text):
        raise ValueError(
            f"{path} holds no key: {2 * _KEY_BYTES} hexadecimal digits are expected, not {len(text)} bytes"
        )
    return bytes.fromhex(text.decode())


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # which only its owner may read
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(token_hex(_KEY_BYTES) + "\n")
            file.flush()
            os.fsync(handle)
        with suppress(FileExistsError):  # another process was quicker: its key counts
            os.link(draft, path)
    finally:
        Path(draft).unlink()


def is_exposed(path: Path) -> bool:
    """Whether others than the key's owner may read it: worth a warning, and no reason to stop."""
    return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def pseudonym(key: bytes, user_id: str) -> str:
    """What stands for this person wherever this key is used."""
    if len(key) != _KEY_BYTES:
        raise ValueError(f"a key has {_KEY_BYTES} bytes, not {len(key)}")
    return "u-" + blake2b(user_id.encode("utf-8", "surrogatepass"), digest_size=8, key=key).hexdigest()


def without_home(key: bytes, path_text: str) -> str:
    """The text with the names of home folders in its paths replaced by those persons' pseudonyms."""
    if "home" not in path_text and "users" not in path_text.lower():  # most texts; a hundred times quicker than `re`
        return path_text
    return re.sub("|".join(_HOMES), lambda found: _with_pseudonym(key, found), path_text)


def _with_pseudonym(key: bytes, found: re.Match[str]) -> str:
    before, name = (group for group in found.groups() if group is not None)
    return before + pseudonym(key, name)
