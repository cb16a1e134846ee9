"""A visit to a page and the answer to it, as plain data: what a page needs of the web, and nothing more."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.pages.desk import Desk
from audit.records import Account, Role

_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


class NotFound(LookupError):
    """There is no such page, or not for this account."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody asks for a page, or sends a form."""

    desk: Desk
    account: Account | None
    """Who they are; null only on pages that anybody may see."""
    path: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    form: Mapping[str, Sequence[str]]
    cookies: Mapping[str, str]
    address: str
    in_part: bool = False
    """Whether only a part of a page is wanted, to be put into one that is shown."""

    @property
    def who(self) -> Account:
        """The account, where a page is for accounts only."""
        if self.account is None:
            raise PermissionError("this page is for those who have signed in")
        return self.account

    @property
    def session_id(self) -> str:
        """The session that the address names."""
        return id_of(self.path["session"])

    def asked(self, name: str) -> str:
        """A value from the address; empty where there is none."""
        return (self.query.get(name) or [""])[0].strip()

    def sent(self, name: str) -> str:
        """A value from the form; empty where there is none."""
        return (self.form.get(name) or [""])[0].strip()

    def number(self, name: str, default: int = 0) -> int:
        """A whole number from the address."""
        return whole(self.asked(name), name, default)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page gives back: a template with its values, or bytes, or the way to another page."""

    template: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    to: str | None = None
    status: int = 200
    file: str | None = None
    """The name under which a browser should save it."""
    cookies: Mapping[str, str | None] = field(default_factory=dict)
    """Cookies to set; null takes one away."""


@dataclass(frozen=True, slots=True)
class Route:
    """One page: its address, who may come, and what answers."""

    path: str
    roles: frozenset[Role]
    """Empty where anybody may come, signed in or not."""
    answer: Callable[[Visit], Answer]
    method: str = "GET"


def shown(template: str, status: int = 200, **values: Any) -> Answer:
    """A page from a template."""
    return Answer(template=template, values=values, status=status)


def sent_to(address: str, **cookies: str | None) -> Answer:
    """The way to another page, after a form."""
    return Answer(to=address, status=303, cookies=cookies)


def key_of(id: str) -> str:
    """An id as one step of an address, whatever is in it."""
    if _PLAIN.fullmatch(id):
        return id
    return "~" + urlsafe_b64encode(id.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def id_of(key: str) -> str:
    """The id that `key_of` made a step of an address of."""
    if not key.startswith("~"):
        return key
    try:
        found = urlsafe_b64decode(key[1:] + "=" * (-len(key[1:]) % 4)).decode("utf-8", "surrogatepass")
    except (Error, ValueError):
        found = ""
    if key_of(found) != key:
        raise NotFound(f"{key[:80]!r} is the address of nothing here")
    return found


def whole(text: str, name: str, default: int = 0) -> int:
    """A whole number from 0 that somebody sent."""
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise ValueError(f"{name} is {text[:40]!r}; it has to be a whole number from 0")
    return int(text)


def number(text: str, name: str) -> float | None:
    """A number from 0 to 100 that somebody sent, as a share; null where they sent none."""
    if not text:
        return None
    try:
        value = float(text.removesuffix("%").strip())
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise ValueError(f"{name} is {text[:40]!r}; it has to be a percentage, from 0 to 100")
    return value / 100
