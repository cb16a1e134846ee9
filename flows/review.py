"""The review: opens what the page stands on, serves it, and keeps its accounts. Wiring only."""

import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from secrets import token_urlsafe

from audit.chain import Fault, Head
from audit.ledger import Ledger
from audit.pages.desk import Desk, Door
from audit.people import People
from audit.records import Account, Role
from audit.views.archive import Archive
from flows.home import Home
from flows.sheets import Sheets


def ledger_of(home: Home, url: str | None = None) -> Ledger:
    """The home's review ledger, or the one at a database URL."""
    return Ledger.open(url or f"sqlite:///{home.data / 'audit.db'}")


def desk_of(home: Home, ledger: Ledger, door: Door) -> Desk:
    """What the page stands on."""
    return Desk(ledger, People.of(ledger), Archive(home.store), Sheets(home), door=door)


def door_of(
    host: str,
    names: Sequence[str] = (),
    https: bool = False,
    identity_header: str | None = None,
    proxies: Sequence[str] = (),
    newcomers: Role | None = None,
) -> Door:
    """How people come in, with what was asked for checked: a header is believed from named proxies only."""
    if identity_header and not proxies:
        raise ValueError(f"--identity-header {identity_header} needs --proxy ADDRESS: from nobody else is it believed")
    for address in proxies:
        ip_address(address)
    if newcomers is not None and not identity_header:
        raise ValueError("--newcomers goes with --identity-header: else nobody comes that has no account")
    own = () if host in ("0.0.0.0", "::") else (host, f"[{host}]")  # noqa: S104 (they are no names to be reached by)
    hosts = (*Door().hosts, *own, *(name.lower() for name in names))
    return Door(tuple(dict.fromkeys(hosts)), https, identity_header, tuple(proxies), newcomers)


def serve(desk: Desk, host: str, port: int, opened: Callable[[], None] = lambda: None) -> None:
    """Serves the page until it is stopped."""
    import uvicorn

    from audit.page import make_app

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
            await super().startup(sockets)  # type: ignore[arg-type]
            if not self.should_exit:
                opened()

    threading.Thread(target=desk.sheet, daemon=True).start()  # loading the registry takes seconds
    settings = uvicorn.Config(
        make_app(desk), host=host, port=port, log_level="warning", access_log=False, proxy_headers=False,
        server_header=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
    Server(settings).run()


def verify(ledger: Ledger, noted: Sequence[str] = ()) -> tuple[tuple[Fault, ...], Head]:
    """What does not hold in the ledger, and its head."""
    return ledger.verify([Head.parse(text) for text in noted]), ledger.head()


def add_person(ledger: Ledger, name: str, role: Role, user_id: str | None, password: str | None, by: str) -> str | None:
    """Makes an account; returns the password that was made for it where none was given."""
    made = None if password is not None else token_urlsafe(15)
    People.of(ledger).add(Account(name, role, user_id), password or made, by)
    return made
