"""What is true of the simulated sessions, and what the company knows of itself, as lines and documents."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from padding.company.padders import Padded
from padding.company.people import Person, Team
from padding.company.work_day import Piece
from traces.schema import Session

FILE = "truth.jsonl"
"""What it is called, in the folder of a simulation."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A line of `truth.jsonl`: what is true of one simulated session."""

    session_id: str
    user_id: str
    label: str
    """`padded` or `genuine`."""
    strategy: str | None
    family: str | None
    look_alike: str | None
    """The honest look-alike that it is, if any."""
    effort: str | None
    padded_turns: tuple[int, ...]
    padded_share: float

    @property
    def padded(self) -> bool:
        """Whether it is padded."""
        return self.label == "padded"


_TRUTHS = msgspec.json.Decoder(Truth)


def read(path: Path) -> list[Truth]:
    """The truth in a file, or in the folder that a simulation wrote."""
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise FileNotFoundError(f"{file}: there is no truth; `winnow simulate` writes it beside the traces")
    found = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            found.append(_TRUTHS.decode(line))
        except msgspec.MsgspecError as error:
            raise ValueError(f"{file}, line {number}: this is no truth of a simulated session: {error}") from error
    return found


def truth_of(session: Session, piece: Piece | None, padded: Padded | None) -> dict[str, Any]:
    """A session's line of truth; a sub-agent's has no piece of its own."""
    made = padded.made if padded else None
    dishonest = made is not None and not made.honest
    looks = piece is not None and len(session.turns) >= piece.task.least and not dishonest
    look_alike = (piece.task.look_alike or None) if piece and looks else None
    return {
        "session_id": session.session_id,
        "user_id": session.user_id,
        "label": "padded" if dishonest else "genuine",
        "strategy": made.strategy if made and dishonest else None,
        "family": made.family if made and dishonest else None,
        "look_alike": made.strategy if made and made.honest else look_alike,
        "effort": padded.effort if padded and dishonest else None,
        "padded_turns": list(made.padding) if made and dishonest else [],
        "padded_share": _share(session, made.padding) if made and dishonest else 0.0,
    }


def tokens_of(session: Session) -> int:
    """All tokens of a session's model calls."""
    return sum((turn.input_tokens or 0) + (turn.output_tokens or 0) for turn in session.turns)


def _share(session: Session, padding: tuple[int, ...]) -> float:
    """The padded share of the tokens; of the characters where no call tells its tokens."""
    marked = set(padding)
    tokens = [(turn.input_tokens or 0) + (turn.output_tokens or 0) for turn in session.turns]
    if not any(tokens):
        tokens = [len(turn.text or "") + len(turn.tool_arguments or "") for turn in session.turns]
    return round(sum(count for place, count in enumerate(tokens) if place in marked) / max(1, sum(tokens)), 4)


def described_team(team: Team) -> dict[str, Any]:
    """A team, with its quota."""
    return {
        "name": team.name,
        "trade": team.trade,
        "site": team.site,
        "zone": team.zone,
        "country": team.country,
        "monthly_quota_tokens": team.quota,
        "repositories": [repo.name for repo in team.repositories],
    }


def described_person(person: Person) -> dict[str, Any]:
    """Somebody, as the company knows them: nothing of how they pad."""
    return {
        "user_id": person.user_id,
        "name": person.name,
        "team": person.team.name,
        "role": person.role,
        "weekdays": list(person.weekdays),
        "language": person.language,
        "agents": [manner.agent for manner in person.manners],
        "automated": bool(person.service),
    }
