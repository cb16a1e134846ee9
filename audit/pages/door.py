"""Signing in and out, and where everybody starts."""

from audit.pages.visit import Answer, Visit, sent_to, shown
from audit.people import TooManyAttempts
from audit.records import Account

COOKIE = "winnow_session"


def start(visit: Visit) -> Answer:
    """Sends everybody to the page that is theirs."""
    return sent_to(home_of(visit.account))


def home_of(account: Account | None) -> str:
    """The page on which somebody starts."""
    return "/sign-in" if account is None else "/mine" if account.role == "person" else "/queue"


def sign_in_form(visit: Visit) -> Answer:
    """The form to sign in with."""
    if visit.account is not None:
        return sent_to(home_of(visit.account))
    return shown("sign_in.html", title="Sign in", name="", error="")


def sign_in(visit: Visit) -> Answer:
    """Signs somebody in; it does not tell whether the name or the password was wrong."""
    if visit.desk.door.identity_header:
        raise PermissionError("people are signed in by the proxy in front of this page")
    name, error, status = visit.sent("name"), "That name and password do not go together.", 401
    try:
        account = visit.desk.people.sign_in(name, (visit.form.get("password") or [""])[0], visit.address)
    except TooManyAttempts as many:
        account, error, status = None, f"{many}"[:1].upper() + f"{many}"[1:] + ".", 429
    if account is None:
        return shown("sign_in.html", status, title="Sign in", name=name, error=error)
    return sent_to(home_of(account), **{COOKIE: visit.desk.people.open_session(account)})


def sign_out(visit: Visit) -> Answer:
    """Ends the web session."""
    token = visit.cookies.get(COOKIE)
    if token:
        visit.desk.people.end_session(token)
    return sent_to("/sign-in", **{COOKIE: None})


def health(visit: Visit) -> Answer:
    """Whether the page and its ledger answer; says nothing else."""
    visit.desk.ledger.head()
    return Answer(body=b"ok\n", kind="text/plain; charset=utf-8")
