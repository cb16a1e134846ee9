"""What honest use a session may be, and what to look for to tell: a fair auditor asks this first."""

from collections.abc import Mapping

_ASK: Mapping[str, str] = {
    "scheduled automation": "A schedule starts it, so it comes often and reads alike. Does it do something with what "
    "it finds, or would nobody miss it?",
    "evaluation or load test": "The same inputs are given many times on purpose. Is somebody measuring something, "
    "and are the results kept or compared?",
    "batch work": "One instruction goes to many items. Are the items different, and does each get its own result?",
    "polling or retries": "An agent waits for something and asks again. Is there something to wait for, and does it "
    "go on once it is there?",
    "writing and revising": "Long texts are asked for again and again. Does each version take up what was said about "
    "the one before?",
    "reading and research": "Much is read and little is written. Is what was read used in a question or an answer?",
    "building something": "Many calls change many files. Do the changes stay, and do tests or runs follow them?",
    "long conversation": "Many short prompts follow each other. Do they lead anywhere, or could each be left out?",
}  # fmt: skip
_PLAIN = frozenset({"", "nothing special", "ordinary", "ordinary work", "plain", "none", "other"})


def name_of(looks_like: str | None) -> str | None:
    """The name of the honest use, in words; null where the session looks like nothing special."""
    name = (looks_like or "").replace("_", " ").strip()
    return None if name.lower() in _PLAIN else name


def question(looks_like: str | None) -> str:
    """What to ask about a session that looks like this."""
    known = _ASK.get(name_of(looks_like) or "")
    return known or "Could somebody have done exactly this for a good reason? What would then be in the transcript?"
