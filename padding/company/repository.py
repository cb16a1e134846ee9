"""Repositories that do not exist: their names, things, files and code, and the faults that can be found in them."""

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from random import Random

from padding.company.chance import dice, several
from padding.company.code_bodies import BODIES, HEADS

_PLACES: tuple[str, ...] = (
    "harbor",
    "lantern",
    "meadow",
    "quarry",
    "orchard",
    "summit",
    "pebble",
    "thistle",
    "cobalt",
    "juniper",
)
_PLACES += ("marble", "willow", "ember", "drift", "copper", "hazel", "tundra", "saffron", "basalt", "heron")
DOMAINS = {
    "orders": (("order", "basket", "voucher", "refund", "return"), ("total", "discount", "quantity", "due_on")),
    "billing": (("invoice", "payment", "credit", "mandate", "receipt"), ("amount", "tax", "balance", "currency")),
    "shipping": (("parcel", "label", "route", "depot", "manifest"), ("weight", "postcode", "carrier", "eta")),
    "booking": (("slot", "guest", "room", "reservation", "deposit"), ("nights", "price", "capacity", "arrives_on")),
    "catalog": (("product", "variant", "bundle", "price", "image"), ("sku", "stock", "margin", "locale")),
    "identity": (("account", "session", "role", "invite", "device"), ("email", "locale", "expires_on", "attempts")),
    "metering": (("meter", "reading", "tariff", "period", "alarm"), ("volume", "unit", "peak", "read_on")),
    "learning": (("course", "lesson", "quiz", "cohort", "badge"), ("score", "duration", "level", "starts_on")),
    "claims": (("claim", "policy", "document", "payout", "expert"), ("amount", "reason", "region", "filed_on")),
    "fleet": (("vehicle", "trip", "driver", "charge", "permit"), ("distance", "battery", "zone", "cost")),
}
_KINDS = ("api", "worker", "core", "portal", "sync", "jobs")
_VERBS = ("load", "merge", "check", "export", "import", "price", "plan", "match", "split", "close", "notify", "index")
_FOLDERS = ("services", "models", "jobs", "adapters", "views", "rules")


@dataclass(frozen=True, slots=True)
class Bug:
    """A fault in one place, with the test that shows it."""

    kind: str
    path: str
    function: str
    test_path: str
    test: str
    line: int
    old: str
    new: str
    expected: str
    got: str
    unit: str
    entity: str
    field: str


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository."""

    name: str
    domain: str
    language: str
    root: str

    @property
    def things(self) -> tuple[str, ...]:
        """What it deals with."""
        return DOMAINS[self.domain][0]

    @property
    def fields(self) -> tuple[str, ...]:
        """What its things have."""
        return DOMAINS[self.domain][1]

    @property
    def suffix(self) -> str:
        """How its files end."""
        return "py" if self.language == "python" else "ts"

    @property
    def test_command(self) -> str:
        """How its tests are run."""
        return "pytest -q" if self.language == "python" else "npx vitest run"

    def name_of(self, verb: str, thing: str) -> str:
        """A function's name."""
        return f"{verb}_{thing}" if self.language == "python" else f"{verb}{thing.title()}"

    def module(self, rng: Random) -> str:
        """The path of one of its files."""
        return f"src/{rng.choice(_FOLDERS)}/{rng.choice(self.things)}_{rng.choice(_VERBS)}.{self.suffix}"

    def modules(self, rng: Random, count: int) -> list[str]:
        """Several of its files."""
        found: dict[str, None] = {}
        while len(found) < count:
            found[self.module(rng)] = None
        return list(found)

    def test_of(self, path: str) -> str:
        """The file with a module's tests."""
        stem = path.rsplit("/", 1)[1].rsplit(".", 1)[0]
        return f"tests/test_{stem}.py" if self.language == "python" else f"tests/{stem}.test.ts"

    def source(self, path: str) -> str:
        """A file's text."""
        return _source(self, path)

    def bug(self, rng: Random) -> Bug:
        """A fault."""
        found = rng.choice(_bugs())
        entity, field = rng.choice(self.things), rng.choice(self.fields)
        path = self.module(rng)
        old, new = (_filled(text, entity, field) for text in found[self.language])
        expected = rng.randrange(3, 900)
        got = expected + rng.choice((-2, -1, 1, 2, 3, 7)) * rng.choice((1, 1, 1, 10))
        verb = rng.choice(_VERBS)
        test = f"test_{verb}_{entity}_{rng.choice(('at_month_end', 'twice', 'when_empty', 'across_zones', 'in_bulk'))}"
        return Bug(
            found["kind"], path, self.name_of(verb, entity), self.test_of(path), test, rng.randrange(18, 70), old, new,
            str(expected), str(got), found["unit"], entity, field
        )  # fmt: skip

    def with_bug(self, bug: Bug) -> str:
        """The text of the file that has the fault, up to some lines behind it."""
        lines = self.source(bug.path).split("\n")
        sign = f"def {bug.function}({bug.entity}, limit, rate):"
        if self.language != "python":
            sign = f"export function {bug.function}({bug.entity}: {bug.entity.title()}, limit: number) {{"
        place = min(bug.line - 3, len(lines))
        return "\n".join([*lines[:place], sign, *bug.old.split("\n"), "", *lines[place:]])


def repository(rng: Random, root: str, taken: set[str]) -> Repository:
    """A repository whose name is not taken."""
    while True:
        domain = rng.choice(sorted(DOMAINS))
        name = f"{rng.choice(_PLACES)}-{domain}-{rng.choice(_KINDS)}"
        if name not in taken:
            taken.add(name)
            return Repository(name, domain, rng.choice(("python", "typescript")), f"{root}/{name}")


@lru_cache(maxsize=2048)
def _source(repo: Repository, path: str) -> str:
    rng = dice(repo.name, path)
    parts = [HEADS[repo.language]]
    for body in several(rng, BODIES[repo.language], rng.randrange(3, 8)):
        thing, field = rng.choice(repo.things), rng.choice(repo.fields)
        parts.append(_filled(body, thing, field).replace("{n}", str(rng.randrange(2, 400))))
    return "\n\n\n".join(parts)


def _filled(text: str, entity: str, field: str) -> str:
    made = text.replace("{e}", entity).replace("{E}", entity.title()).replace("{f}", field)
    return made.replace("{{", "{").replace("}}", "}")


@cache
def _bugs() -> list[dict[str, str]]:
    text = (files(__package__) / "code_bugs.toml").read_text("utf-8")
    found: list[dict[str, str]] = tomllib.loads(text)["bug"]
    return found
