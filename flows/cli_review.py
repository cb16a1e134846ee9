"""The commands of the review: `winnow review` serves the page, `winnow audit …` keeps the ledger and its accounts."""

import getpass
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import LedgerUrl

audit = typer.Typer(
    name="audit", no_args_is_help=True, help="The review ledger: check it, export from it, who may sign in."
)
people = typer.Typer(no_args_is_help=True, help="Who may sign in to the review page.")
audit.add_typer(people, name="people")

FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


class RoleName(StrEnum):
    """The roles an account may have."""

    auditor = "auditor"
    lead = "lead"
    person = "person"


def review(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8420,
    name: Annotated[
        list[str] | None, typer.Option(help="A host name by which people reach the page; may be given again.")
    ] = None,
    https: Annotated[
        bool, typer.Option("--https", help="People reach it by https, through a proxy: cookies go no other way.")
    ] = False,
    identity_header: Annotated[
        str | None, typer.Option(help="Header in which a proxy says who somebody is, in place of passwords.")
    ] = None,
    proxy: Annotated[
        list[str] | None, typer.Option(help="Address of a proxy that is believed; may be given again.")
    ] = None,
    newcomers: Annotated[
        RoleName | None, typer.Option(help="With --identity-header: the role of names not seen before.")
    ] = None,
    ledger: LedgerUrl = None,
) -> None:
    """Serves the review page: the queue, sessions with their evidence, verdicts, people, the model."""
    from flows import review as flow
    from flows import show

    if host not in ("127.0.0.1", "localhost", "::1") and not https:
        show.err.print("others can reach this page: put a proxy with https before it, and say so with --https")
    door = flow.door_of(
        host, name or (), https, identity_header, proxy or (), newcomers.value if newcomers else None
    )  # fmt: skip
    book = flow.ledger_of(context.obj, ledger)
    desk = flow.desk_of(context.obj, book, door)
    password = None if identity_header else desk.people.first_run()
    if password:
        show.err.print(f"first account: name lead, password {password} (shown this once; kept nowhere)")
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    try:
        flow.serve(desk, host, port, lambda: show.err.print(f"the review page is at {address} (Ctrl-C stops it)"))
    finally:
        book.close()


@audit.command("verify")
def verify(
    context: typer.Context,
    noted: Annotated[
        list[str] | None, typer.Option(help="A head of the ledger noted earlier (12:abc…); may be given again.")
    ] = None,
    ledger: LedgerUrl = None,
) -> None:
    """Checks that nothing in the ledger was changed, taken out or put in; prints the head to note elsewhere."""
    from flows import review as flow
    from flows import show

    faults, head = flow.verify(flow.ledger_of(context.obj, ledger), noted or ())
    for fault in faults:
        show.out.print(show.inert(fault))
    if faults:
        raise ValueError(f"the ledger does not hold in {len(faults)} places")
    show.out.print(f"the ledger holds: {head.seq:,} records")
    show.out.print(f"head: {head}", soft_wrap=True)


@audit.command("export")
def export(
    context: typer.Context,
    session: Annotated[str, typer.Argument(help="The session's id.")],
    out: Annotated[Path | None, typer.Option(help="File to write; standard output else.")] = None,
    ledger: LedgerUrl = None,
) -> None:
    """Writes the whole file of one session: what was shown, decided, said, and who looked; with its proof."""
    import msgspec

    from audit import casefile
    from audit.cases import NoSuchCase
    from flows import review as flow
    from flows import show

    try:
        file = casefile.export(flow.ledger_of(context.obj, ledger), session)
    except NoSuchCase as error:
        raise ValueError(str(error)) from error
    text = msgspec.json.format(msgspec.json.encode(file)) + b"\n"
    if out is None:
        sys.stdout.buffer.write(text)
        return
    out.write_bytes(text)
    show.err.print(f"the file of session {show.inert(session)} is in {out}")


@people.command("list")
def list_people(context: typer.Context, ledger: LedgerUrl = None) -> None:
    """Lists the accounts."""
    from audit.people import People
    from flows import review as flow
    from flows import show

    rows = ((one.name, one.role, one.user_id) for one in People.of(flow.ledger_of(context.obj, ledger)).all())
    show.table(("name", "role", "user id"), rows)


@people.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[RoleName, typer.Option(help="What they may do.")] = RoleName.auditor,
    user: Annotated[str | None, typer.Option(help="The user id of their own traces.")] = None,
    from_input: FromInput = False,
    ledger: LedgerUrl = None,
) -> None:
    """Makes an account; without --password-stdin a password is made and printed once."""
    from flows import review as flow
    from flows import show

    given = _password() if from_input else None
    made = flow.add_person(flow.ledger_of(context.obj, ledger), name, role.value, user, given, _by())
    show.err.print(f"{role.value} {name} can sign in" + (f" with {made} (shown this once)" if made else ""))


@people.command("role")
def change_role(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The account.")],
    role: Annotated[RoleName, typer.Argument(help="What they may do from now on.")],
    user: Annotated[str | None, typer.Option(help="The user id of their own traces.")] = None,
    ledger: LedgerUrl = None,
) -> None:
    """Gives an account another role, from its next page on."""
    from audit.people import People
    from flows import review as flow
    from flows import show

    People.of(flow.ledger_of(context.obj, ledger)).change_role(name, role.value, _by(), user)
    show.err.print(f"{name} is {role.value} from now on")


@people.command("password")
def change_password(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The account.")],
    from_input: FromInput = False,
    ledger: LedgerUrl = None,
) -> None:
    """Sets a new password and signs the account out everywhere."""
    from secrets import token_urlsafe

    from audit.people import People
    from flows import review as flow
    from flows import show

    password = _password() if from_input else token_urlsafe(15)
    People.of(flow.ledger_of(context.obj, ledger)).change_password(name, password, _by())
    show.err.print(f"{name} has a new password" + ("" if from_input else f": {password} (shown this once)"))


@people.command("close")
def close(
    context: typer.Context, name: Annotated[str, typer.Argument(help="The account.")], ledger: LedgerUrl = None
) -> None:
    """Ends an account; what it did stays in the ledger, and nobody else can take its name."""
    from audit.people import People
    from flows import review as flow
    from flows import show

    People.of(flow.ledger_of(context.obj, ledger)).close(name, _by())
    show.err.print(f"{name} can sign in no more")


def _password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise ValueError("standard input held no password")
    return password


def _by() -> str:
    """Who keeps the accounts, for the ledger: the name that the system has for them."""
    return f"command line: {getpass.getuser()}"
