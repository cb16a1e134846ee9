"""Promotion is a gate, not a button: a version becomes champion by a decision, or by a reason that somebody gives."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

from models.gate import Decision
from models.registry.entries import plain
from models.registry.place import NoVersion, Place
from models.registry.versions import CHALLENGER, CHAMPION, HISTORY, NAME, Version, champion, find, versions

_KEPT = 100
"""Champions that are remembered."""


class Refused(ValueError):
    """A version may not become champion."""


def promote(
    place: Place,
    version: int | str,
    decision: Decision | None,
    *,
    against: int | None = None,
    force_reason: str | None = None,
) -> Version:
    """Makes a version the champion where the decision has passed, or where a reason is given to do without it.

    `against` is the champion that the decision was made against, null where there was none: another one by now is
    `Refused` too. The decision is kept with the version and its run, if it was refused as well. Whoever is champion
    already stays it, so that an interrupted promotion may be repeated.
    """
    found, before = find(place, version), _champion(place)
    if before is not None and before.number == found.number:
        _settle(place, [*_history(place, found.number)])
        return before
    objection, forced = _objection(before, decision, against), (force_reason or "").strip()
    _keep(place, found, before, decision, objection, forced)
    if objection and not forced:
        raise Refused(f"{found.name} does not become champion: {objection}")
    _settle(place, [*_history(place, before.number if before else None), found.number])
    _set_alias(place, found.number)
    return find(place, found.number)


def rollback(place: Place, reason: str = "") -> Version:
    """Makes the champion before this one champion again; one that was interrupted is finished."""
    now = champion(place)
    history = _remembered(place)
    if len(history) > 1 and history[-2] == now.number:  # the alias was moved, the history was not
        _settle(place, history[:-1])
        return now
    there = {version.number for version in versions(place)}
    earlier = [number for number in _history(place, now.number)[:-1] if number in there]
    if not earlier:
        raise NoVersion(f"{now.name} is the first champion at {place.shown}: promote another version instead")
    client = place.client()
    client.set_model_version_tag(NAME, str(now.number), "winnow.rolled_back", f"{_now()} {reason}".strip())
    _set_alias(place, earlier[-1])
    _settle(place, earlier)
    return find(place, earlier[-1])


def _objection(before: Version | None, decision: Decision | None, against: int | None) -> str:
    """What stands against a promotion, and what to do; empty where nothing does."""
    remedy = "train a better one, or force it and give a reason"
    now = before.number if before else None
    if decision is None:
        return f"nobody has compared it: {remedy}"
    if now != against:
        return f"it was compared with {_named(against)}, but the champion is {_named(now)}: compare it again"
    return "" if decision.passed else f"{'; '.join(decision.reasons)}: {remedy}"


def _keep(
    place: Place, found: Version, before: Version | None, decision: Decision | None, objection: str, forced: str
) -> None:
    """The decision as tags of the version, and with its table as files of its run."""
    client = place.client()
    over = before.name if before else "nothing"
    verdict = ("forced" if forced else "refused") if objection else "passed"
    said = {"verdict": verdict, "over": over, "objection": objection, "reason": forced, "at": _now()}
    for name, value in said.items():
        client.set_model_version_tag(NAME, str(found.number), f"winnow.promotion.{name}", value)
        client.set_tag(found.run, f"winnow.promotion.{name}", value)
    folder = f"promotion/over-{over.replace('/', '-')}"
    kept = {**said, "decision": asdict(decision) if decision else None}
    client.log_text(found.run, json.dumps(plain(kept), indent=1) + "\n", f"{folder}/decision.json")
    if decision:
        client.log_text(
            found.run, f"{verdict}. {objection} {forced}\n\n{decision.markdown()}\n", f"{folder}/decision.md"
        )


def _champion(place: Place) -> Version | None:
    try:
        return champion(place)
    except NoVersion:
        return None


def _remembered(place: Place) -> list[int]:
    tag = place.client().get_registered_model(NAME).tags.get(HISTORY, "")
    return [int(number) for number in tag.split(",") if number]


def _history(place: Place, now: int | None) -> list[int]:
    """Who was champion, the present one last, whatever was interrupted or done by hand in MLflow."""
    history = _remembered(place)
    if now is None or history[-1:] == [now]:
        return history
    return history[:-1] if history[-2:-1] == [now] else [*history, now]


def _settle(place: Place, history: list[int]) -> None:
    """Writes the history down."""
    place.client().set_registered_model_tag(NAME, HISTORY, ",".join(map(str, history[-_KEPT:])))


def _set_alias(place: Place, number: int) -> None:
    client = place.client()
    client.set_registered_model_alias(NAME, CHAMPION, str(number))
    if CHALLENGER in find(place, number).aliases:
        client.delete_registered_model_alias(NAME, CHALLENGER)


def _named(number: int | None) -> str:
    return "nothing" if number is None else f"{NAME}/{number}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
