"""What a simulation has written: counts for who ran it, and a page for who finds it."""

from dataclasses import dataclass, field

README = """# A simulated company

{people} people and {services} automated accounts, {days} days from {start}, seed {seed}: {sessions} sessions.

**Everything here is invented, by a grammar. It proves plumbing, not detection quality.** A detector that does well on
it has shown that traces can be read, scored, queued and judged from end to end, and nothing else: the genuine work and
the padding come from the same small laboratory, and real people do things that it does not know.

- `traces/<user>/claude_code/`, `traces/<user>/codex/`, `traces/<user>/otel/`: what the tools leave on a machine.
  Take them in with `winnow ingest traces --user-from-folder`.
- `truth.jsonl`: one line a session: label (`padded` or `genuine`), strategy and family, the honest look-alike that it
  is, if any, the padded turns, and the padded share of its tokens (of its characters, where tokens are not told).
- `company.json`: teams, people, zones, quotas and the month's leaderboard. It does not say who pads.

Do not train a model on it that is to judge people, and do not quote figures measured on it. `winnow truth` on this
folder shows who was flagged, beside the truth.
"""
"""What its folder says about itself."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a simulation has written."""

    people: int = 0
    """People, without automated accounts."""
    padders: int = 0
    """People who pad."""
    sessions: int = 0
    """Sessions of all formats."""
    padded: int = 0
    """Sessions that are padded."""
    look_alikes: int = 0
    """Genuine sessions that look suspicious."""
    subagents: int = 0
    """Sessions of sub-agents."""
    resumed: int = 0
    """Sessions that begin with a copy of another one."""
    turns: int = 0
    """Turns, copied ones included."""
    bytes: int = 0
    """Bytes of all traces."""
    formats: dict[str, int] = field(default_factory=dict)
    """Sessions by format."""
