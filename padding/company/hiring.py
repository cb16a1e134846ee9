"""Fills the company with teams, people and automated accounts; about six people in a hundred pad."""

from dataclasses import replace
from random import Random

from padding.company.chance import dice
from padding.company.desk import Pace
from padding.company.manner import Manner
from padding.company.people import Padder, Person, Team
from padding.company.repository import repository

_NAMES = (
    "Anna Ben Carla David Elif Felix Greta Hugo Ines Jonas Karin Leo Maria Nils Olga Pablo Quentin Rosa "
    "Sara Tom Uma Victor Wanda Xavier Yara Zoe Amir Bea Clara Dario Emma Finn Gina Hanna Ivan Julia Kofi "
    "Lena Marco Nora Omar Paula Rita Samir Tara Ugo Vera Walter Yusuf Aisha Boris Chloe Diego Eva Farah "
    "Georg Helga Iris Jana Kai Lucia Mehmet "
)
_SITES = (
    ("London", "Europe/London", "GB", "en"),
    ("Berlin", "Europe/Berlin", "DE", "de"),
    ("Lyon", "Europe/Paris", "FR", "fr"),
    ("Valencia", "Europe/Madrid", "ES", "es"),
    ("Boston", "America/New_York", "US", "en"),
    ("Pune", "Asia/Kolkata", "IN", "en"),
)
_SIZES = (
    ("backend", 34),
    ("data", 16),
    ("ops", 14),
    ("support", 14),
    ("legal", 6),
    ("marketing", 9),
    ("translation", 7),
)
_ROLES = ("junior", "", "", "", "senior", "senior", "lead")
_HABITS = ("plain", "plain", "plain", "plain", "terse", "hasty", "dictated")
_PADDERS = 0.06
_BINGES = 0.35
_OFTEN = 0.4
_SERVICES = {"backend": "ci-review", "ops": "oncall-agent", "data": "evaluation"}

CLAUDE = Manner("claude-code", "claude-code", "2.1.70", "claude-sonnet-4-5", 15_400, 0.45)
CODEX = Manner("codex", "codex", "0.98.0", "gpt-5-codex", 7_900, 0.6)
BENCH = Manner("otel", "workbench", "3.2", "m-large-1", 2_300, 0.0)
ASSISTANT = Manner("otel", "desk-assistant", "1.14", "m-large-1", 1_150, 0.0)
_TECHNICAL = ("backend", "data", "ops")


def company(people: int, seed: int) -> tuple[Person, ...]:
    """Everybody who works there, team by team, and the accounts of the automation."""
    rng = dice(seed, "company")
    found: list[Person] = []
    taken: set[str] = set()
    teams = 0
    while (left := people - sum(not person.service for person in found)) > 0:
        team = _team(rng, taken, teams)
        teams += 1
        size = min(left, rng.randrange(5, 13))
        members = [_person(rng, team, len(found) + place) for place in range(size)]
        found += members
        service = _SERVICES.get(team.trade)
        if service and (teams <= len(_SIZES) or rng.random() < _OFTEN):
            found.append(_service(rng, team, service))
    return _with_padders(found, rng)


def _team(rng: Random, taken: set[str], place: int) -> Team:
    """A team; the first ones have a trade each."""
    trade = rng.choices([name for name, _ in _SIZES], [size for _, size in _SIZES])[0]
    trade = _SIZES[place][0] if place < len(_SIZES) else trade
    site, zone, country, language = rng.choices(_SITES, (4, 4, 2, 2, 2, 2))[0]
    number = 1
    while f"{trade}-{site.lower()}-{number}" in taken:
        number += 1
    name = f"{trade}-{site.lower()}-{number}"
    taken.add(name)
    repositories = tuple(repository(rng, f"/srv/{site.lower()}", taken) for _ in range(rng.randrange(2, 6)))
    quota = (80 if trade in _TECHNICAL else 12) * rng.randrange(80, 160) * 1000
    return Team(name, trade, site, zone, country, language, quota, repositories)


def _person(rng: Random, team: Team, number: int) -> Person:
    name = rng.choice(_NAMES.split())
    weekdays = (0, 1, 2, 3, 4) if rng.random() < 0.85 else tuple(sorted(rng.sample(range(5), rng.randrange(3, 5))))
    language = team.language if rng.random() < 0.7 else "en"
    pace = Pace(rng.uniform(14, 45), rng.uniform(2.5, 8), rng.uniform(4, 30), 3.7 if language == "en" else 3.2)
    technical = team.trade in _TECHNICAL
    weights = (5, 3, 2) if technical else (2, 1, 6)
    manners = tuple(dict.fromkeys(rng.choices((CLAUDE, CODEX, BENCH if technical else ASSISTANT), weights, k=2)))
    role = f"{rng.choice(_ROLES)} {team.trade}".strip()
    return Person(
        f"{name.lower()}.{number:03}", name, team, role, weekdays, rng.uniform(7.2, 10.4), rng.uniform(0.7, 2.3),
        rng.choice(_HABITS), language, pace, manners
    )  # fmt: skip


def _service(rng: Random, team: Team, service: str) -> Person:
    manner = {"ci-review": CLAUDE, "oncall-agent": CODEX}.get(service) or rng.choice((CODEX, BENCH))
    days = (0, 1, 2, 3, 4, 5, 6) if service == "oncall-agent" else (0, 1, 2, 3, 4)
    user = f"{service}-{team.name}"
    return Person(user, user, team, "automation", days, 0.0, 1.0, "plain", "en", Pace(), (manner,), None, service)


def _with_padders(everybody: list[Person], rng: Random) -> tuple[Person, ...]:
    """About six in a hundred pad; some colleagues of one team share a script."""
    people = [place for place, person in enumerate(everybody) if not person.service]
    count = max(1, round(len(people) * _PADDERS))
    sharing = _colleagues(everybody, people, rng, 0 if count < 3 else 2 if count < 6 else 3)
    alone = rng.sample([place for place in people if place not in sharing], count - len(sharing))
    for place in sorted([*sharing, *alone]):
        script = "shared" if place in sharing else f"script-{place}"
        binges = rng.random() < _BINGES
        often = rng.uniform(0.05, 0.3) if binges else rng.uniform(0.35, 1.0)
        keenness = everybody[place].keenness * (0.5 if binges else 1.0)
        padder = Padder(often, script, rng.random(), binges)
        everybody[place] = replace(everybody[place], padder=padder, keenness=keenness)
    return tuple(everybody)


def _colleagues(everybody: list[Person], people: list[int], rng: Random, count: int) -> list[int]:
    """So many people of one team."""
    teams: dict[str, list[int]] = {}
    for place in people:
        teams.setdefault(everybody[place].team.name, []).append(place)
    large = [places for places in teams.values() if len(places) >= count]
    return rng.sample(rng.choice(large), count) if large else []
