"""Peers: how the user's last weeks stand against colleagues' in the same group. Ranks and ratios, never who."""

from functools import partial
from math import log2, nan

from features.context_feature import TIMES, context_feature, recent, strongest
from features.hashing import Ints
from features.past import Past

_TOKENS, _SESSIONS, _PROMPTS = range(3)


def _largest(past: Past) -> Ints:
    """Evidence: the user's largest sessions."""
    return strongest(past.earlier.number, past.earlier.tokens)


tokens = partial(context_feature, "peers", (*TIMES, "tokens"), "context", _largest)


@tokens()
def tokens_rank(past: Past) -> float:
    """The share of colleagues who used fewer tokens in the weeks before.

    Honest: somebody has to be first; volume alone is no reason.
    """
    return past.standing.rank(_TOKENS)


@tokens()
def tokens_against_peers(past: Past) -> float:
    """The user's tokens of the weeks before against the middle colleague's, in doublings.

    Honest: work differs; volume alone is no reason.
    """
    times = past.standing.times_usual(_TOKENS)
    return log2(times) if times > 0 else nan


@partial(context_feature, "peers", TIMES, "context", recent)()
def sessions_rank(past: Past) -> float:
    """The share of colleagues who began fewer sessions in the weeks before.

    Honest: a new session for each small task is good practice.
    """
    return past.standing.rank(_SESSIONS)


@partial(context_feature, "peers", (*TIMES, "prompts"), "context", recent)()
def prompts_per_session_rank(past: Past) -> float:
    """The share of colleagues who sent fewer prompts a session in the weeks before.

    Honest: some work in small steps, some hand over whole tasks.
    """
    return past.standing.rank(_PROMPTS, _SESSIONS)


@partial(context_feature, "peers", (*TIMES, "tokens", "prompts"), "context", _largest)()
def tokens_per_prompt_rank(past: Past) -> float:
    """The share of colleagues who used fewer tokens a prompt in the weeks before.

    Honest: agents that are given whole tasks; long files.
    """
    return past.standing.rank(_TOKENS, _PROMPTS)
