"""The rules at the door: who may come to which page, which forms are ours, what a browser may do with an answer."""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from audit.cases import NoSuchCase
from audit.pages.desk import Door
from audit.pages.visit import Answer, NotFound, Route, shown
from audit.people import TooManyAttempts
from audit.records import Account
from audit.review import OutOfTurn

FORM = "winnow_form"
"""The cookie with the secret that a page's forms have to answer to."""
FIELD = "form_token"
"""The field in which they do."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Stranger(PermissionError):
    """Nobody has signed in, and somebody has to."""


class Foreign(PermissionError):
    """A form that no page of ours sent."""


_ERRORS: tuple[tuple[type[Exception], int, str], ...] = (
    (Stranger, 401, "Sign in first"),
    (Foreign, 403, "That form was not ours"),
    (NotFound, 404, "Not here"),
    (NoSuchCase, 404, "Not here"),
    (TooManyAttempts, 429, "Too many attempts"),
    (OutOfTurn, 409, "That did not fit"),
    (PermissionError, 403, "Not allowed"),
    (ValueError, 400, "Not understood"),
)
EXPECTED = tuple(kind for kind, _, _ in _ERRORS)
"""Errors that are told to whoever is asking; every other one is a fault of ours."""


def told(error: Exception) -> Answer:
    """The page that tells of an expected error."""
    status, title = next((status, title) for kind, status, title in _ERRORS if isinstance(error, kind))
    return shown("error.html", status, title=title, message=str(error))


def admit(route: Route, account: Account | None) -> None:
    """Refuses whoever has not the role that a page is for."""
    if not route.roles:
        return
    if account is None:
        raise Stranger("you are not signed in, or no longer")
    if account.role not in route.roles:
        allowed = " and ".join(f"{role}s" for role in sorted(route.roles))
        raise PermissionError(f"this is for {allowed}, and {account.name} is signed in as {account.role}")


def form_token(secret: str, account: Account | None) -> str:
    """What a page's forms carry: only who holds the cookie's secret can know it, and it is this account's alone."""
    message = f"form of {account.name if account else ''}"
    return hmac.new(secret.encode("utf-8", "surrogatepass"), message.encode(), sha256).hexdigest()


def check_form(token: str, sent: str, site: str | None, origin: str | None, host: str) -> None:
    """Refuses a form that came from elsewhere: by its token, and by what the browser says of the page that sent it."""
    if site not in (None, "same-origin", "none") or origin not in (None, "null", f"http://{host}", f"https://{host}"):
        raise Foreign("the form was sent by another site")
    if not hmac.compare_digest(token.encode(), sent.encode("utf-8", "surrogatepass")):
        raise Foreign("the form is from before you signed in, or from another page: load the page anew and try again")


def cookie_name(door: Door, name: str) -> str:
    """A cookie's name; with https no other host or path can set one of that name."""
    return f"__Host-{name}" if door.https else name
