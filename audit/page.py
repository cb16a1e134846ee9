"""The review page on the web: the one file that knows the web framework.

It turns requests into visits, and answers into responses, and has the rules of `audit/pages/guard.py` kept. What there
is to see is in `audit/pages/`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from secrets import token_urlsafe
from urllib.parse import parse_qs, quote, unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as WebRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audit.pages.desk import Desk
from audit.pages.door import COOKIE
from audit.pages.guard import EXPECTED, FIELD, FORM, HEADERS, admit, check_form, cookie_name, form_token, told
from audit.pages.rendering import STATIC, render
from audit.pages.routes import ROUTES
from audit.pages.visit import Answer, NotFound, Route, Visit, sent_to, shown
from audit.records import Account

_LARGEST_FORM = 1_000_000
_MOST_FIELDS = 2_000
_SESSION_SECONDS = 12 * 3600

Form = Mapping[str, Sequence[str]]


def make_app(desk: Desk) -> ASGIApp:
    """The review page, for any ASGI server."""
    routes = [WebRoute(route.path, _endpoint(desk, route), methods=[route.method]) for route in ROUTES]
    app = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=STATIC))],
        exception_handlers={404: _lost, 405: _lost, 500: _broken},
    )
    return _Guarded(app, desk)


class _Guarded:
    """Sets the headers that every response has, and turns away requests for another host's name."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app = app
        self.hosts = desk.door.hosts
        self.headers = {**HEADERS, **({"Strict-Transport-Security": "max-age=31536000"} if desk.door.https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
                for name, value in self.headers.items():
                    headers[name] = value
            await send(message)

        if scope["type"] == "http" and not self._is_ours(Request(scope).headers.get("host", "").lower()):
            await Response("This page goes by another name.\n", 400)(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)

    def _is_ours(self, host: str) -> bool:
        name, _, port = host.rpartition(":")
        return "*" in self.hosts or (name if port.isdecimal() and name else host) in self.hosts


def _endpoint(desk: Desk, route: Route) -> Callable[[Request], Awaitable[Response]]:
    """What answers requests for a page; pages wait for the database, so they run beside the event loop."""

    async def endpoint(request: Request) -> Response:
        try:
            form = await _form(request) if route.method == "POST" else {}
        except EXPECTED as error:
            return _response(desk, request, told(error), None, "")
        return await run_in_threadpool(_respond, desk, route, request, form)

    return endpoint


def _respond(desk: Desk, route: Route, request: Request, form: Form) -> Response:
    account = _account(desk, request)
    secret = request.cookies.get(cookie_name(desk.door, FORM)) or token_urlsafe(32)
    token = form_token(secret, account)
    visit = _visit(desk, request, form, account)
    try:
        if account is None and route.roles and route.method == "GET" and not visit.in_part:
            return _response(desk, request, sent_to("/sign-in"), None, token)
        admit(route, account)
        if route.method == "POST":
            heads = request.headers
            check_form(
                token, visit.sent(FIELD), heads.get("sec-fetch-site"), heads.get("origin"), heads.get("host", "")
            )
        answer = route.answer(visit)
    except EXPECTED as error:
        answer = told(error)
    response = _response(desk, request, answer, account, token)
    if answer.template:
        _keep(desk, response, FORM, secret)
    return response


def _visit(desk: Desk, request: Request, form: Form, account: Account | None) -> Visit:
    return Visit(
        desk=desk,
        account=account,
        path=request.path_params,
        query={name: request.query_params.getlist(name) for name in request.query_params},
        form=form,
        cookies={name.removeprefix("__Host-"): unquote(value) for name, value in request.cookies.items()},
        address=_address(desk, request),
        in_part=request.headers.get("hx-request") == "true",
    )


async def _form(request: Request) -> Form:
    """The fields of a form; only of the plain kind, since no page of ours sends files."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_FORM:
            raise ValueError(f"the form is larger than {_LARGEST_FORM:,} bytes")
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return {}
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)


def _account(desk: Desk, request: Request) -> Account | None:
    """Who is asking: by the trusted proxy's word where one is configured, else by the cookie."""
    door = desk.door
    if door.identity_header:
        name = request.headers.get(door.identity_header, "") if _is_proxy(desk, request) else ""
        return desk.people.from_header(name, door.newcomers) if name else None
    token = request.cookies.get(cookie_name(door, COOKIE))
    return desk.people.from_session(token) if token else None


def _address(desk: Desk, request: Request) -> str:
    """The address that somebody comes from: as the trusted proxy says, which appends it last."""
    said = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return said[:100] if said and _is_proxy(desk, request) else request.client.host if request.client else "unknown"


def _is_proxy(desk: Desk, request: Request) -> bool:
    return request.client is not None and request.client.host in desk.door.proxies


def _response(desk: Desk, request: Request, answer: Answer, account: Account | None, token: str) -> Response:
    headers = {"location": quote(answer.to, safe="/?&=#%~")} if answer.to else {}
    if answer.file:
        headers["content-disposition"] = f'attachment; filename="{answer.file}"'
    body = answer.body
    if answer.template:
        around = {
            "me": account,
            "now": desk.ledger.now(),
            "path": request.url.path,
            "FIELD": FIELD,
            "token": token,
            "in_part": request.headers.get("hx-request") == "true",
            "by_proxy": bool(desk.door.identity_header),
        }
        body = render(answer.template, {**around, **answer.values})
    response = Response(body, answer.status, headers, answer.kind if not answer.to else None)
    for name, value in answer.cookies.items():
        if value is None:
            response.delete_cookie(cookie_name(desk.door, name), secure=desk.door.https, httponly=True)
        else:
            _keep(desk, response, name, value)
    return response


def _keep(desk: Desk, response: Response, name: str, value: str) -> None:
    """A cookie that no script can read and that goes to this site alone."""
    response.set_cookie(
        cookie_name(desk.door, name),
        quote(value, safe="")
        if not value.isascii() or not value.replace("-", "").replace("_", "").isalnum()
        else value,
        max_age=_SESSION_SECONDS,
        secure=desk.door.https,
        httponly=True,
        samesite="lax",
    )


async def _lost(request: Request, error: Exception) -> Response:
    answer = told(NotFound(f"there is no page {request.url.path[:200]}"))
    status = getattr(error, "status_code", answer.status)
    return Response(render("plain_error.html", answer.values), status, media_type="text/html")


async def _broken(_: Request, __: Exception) -> Response:
    """A fault of ours: the server logs it, the reader learns only that."""
    values = shown("plain_error.html", title="That is our fault", message="It is in the server's log.").values
    return Response(render("plain_error.html", values), 500, media_type="text/html")
