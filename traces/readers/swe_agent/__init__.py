"""SWE-agent's trajectories (`.traj`), old (0.x) and new (1.x): one JSON document a run, or several attempts in one.

`history` is what the model saw and said; `trajectory` also has the answers that were asked for again after an error and
the last step, which `history` lacks: those are put in at their place, with the raw observation. Demonstrations repeat
in every run: they are injected user messages here, whoever speaks in them. Tokens stay null: `info.model_stats` only
has a run's totals, which cannot be given to single model calls. There are no times.
"""

from traces.readers.swe_agent.reader import FORMAT

__all__ = ["FORMAT"]
