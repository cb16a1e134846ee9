"""Who works at the company: teams with a trade, a zone and a quota, people with habits, and how some of them pad."""

from dataclasses import dataclass

from padding.company.desk import Pace
from padding.company.manner import Manner
from padding.company.repository import Repository


@dataclass(frozen=True, slots=True)
class Team:
    """People with one trade in one place."""

    name: str
    trade: str
    site: str
    zone: str
    country: str
    language: str
    quota: int
    """Tokens that each of them is expected to spend in a month."""
    repositories: tuple[Repository, ...]


@dataclass(frozen=True, slots=True)
class Padder:
    """How somebody pads."""

    often: float
    """The share of ordinary sessions that are padded."""
    script: str
    """What the drawings follow; colleagues with one script pad alike."""
    hard: float
    """How much trouble is taken, from 0 to 1."""
    binges: bool
    """Whether the quota is filled in the month's last days."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or something, that has an account."""

    user_id: str
    name: str
    team: Team
    role: str
    weekdays: tuple[int, ...]
    begins: float
    """Hour of the day, in the team's zone."""
    keenness: float
    """Sessions on an ordinary day, about."""
    habit: str
    language: str
    pace: Pace
    manners: tuple[Manner, ...]
    padder: Padder | None = None
    service: str = ""
    """The automation that this account belongs to; empty for people."""
