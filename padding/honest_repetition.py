"""Honest repetition: polling that ends in action, flaky retries, reading again after edits, trials of one task.

The twins of `padding/tool_spinning.py` and `padding/verbatim_loop.py`: the same blocks, but what comes back changes,
and it leads to something. People were flagged for each of these.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.actions import Action
from padding.change import counted_on, edited, grown
from padding.clock import Clock
from padding.effort import Effort
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied, prompt, repeated, with_result
from padding.rewording import wordings
from padding.strategy import has_results, strategy
from padding.waiting import waited, waits
from padding.work import Exchange, Step, Work, whole

_POLLED: tuple[Action, ...] = ("test", "run", "other")
_CHANGES: tuple[Action, ...] = ("edit", "write")
_MOST_TURNS = 40


@strategy("honest_repetition", twin="polling_nothing", honest=True, suits=has_results)
def polling_until_done(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A command is asked for its state until that is what was waited for, and the work goes on from there."""
    polled, ways_on = _those(host, _POLLED), _ways_on(host)

    def looks() -> Iterator[Step]:
        while True:
            watched = _pick(polled, rng)
            final = watched.results[-1].text or ""
            log = final if len(final) > 200 else "\n".join([material.result(host, rng) or final, final])
            times = 3 + int(rng.random() * 14)
            for number, wait in zip(range(1, times), waits(host, rng), strict=False):
                said = counted_on(grown(log, number / times), rng)
                yield waited(with_result(repeated(watched, rng), said), wait)
            yield with_result(repeated(watched, rng), log)
            yield from _acted(ways_on, host, material, rng)

    return spun(host, looks(), material, effort, rng, _acted(ways_on, host, material, rng))


@strategy("honest_repetition", twin="testing_again", honest=True, suits=has_results)
def retrying_a_flaky_test(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A test fails now here, now there, until it passes: the same command, other results, then the next thing."""
    tests, ways_on = _those(host, ("test", "run")), _ways_on(host)

    def tries() -> Iterator[Step]:
        while True:
            tested = _pick(tests, rng)
            for _ in range(1 + int(rng.random() * 7)):
                other = material.step(host, rng, "test", "run")
                said = other.results[-1].text if other is not None and other.results else None
                yield with_result(repeated(tested, rng), said or counted_on(tested.results[-1].text or "", rng))
                if rng.random() < 0.35:
                    yield material.step(host, rng, "read", "edit", "search") or copied(tested)
            yield repeated(tested, rng)
            yield from _acted(ways_on, host, material, rng)

    return spun(host, tries(), material, effort, rng, _acted(ways_on, host, material, rng))


@strategy("honest_repetition", twin="reading_the_same_files", honest=True, suits=has_results)
def reading_again_after_edits(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A few files are read again after each edit, and show it; then the tests are run."""
    read, ways_on = _those(host, ("read", "search")), _ways_on(host)
    files = [_pick(read, rng) for _ in range(1 + int(rng.random() * 4))]
    texts = [step.results[-1].text or "" for step in files]
    own = iter(Material.own_steps(host, *_CHANGES))

    def rounds() -> Iterator[Step]:
        while True:
            place = int(rng.random() * len(files))
            yield with_result(repeated(files[place], rng), texts[place])
            step = next(own, None)
            change = copied(step) if step is not None else material.step(host, rng, *_CHANGES)
            if change is not None:
                yield change
            put_in = tuple((material.result(host, rng) or "").splitlines())
            texts[place] = edited(texts[place], rng, put_in)

    return spun(host, rounds(), material, effort, rng, _acted(ways_on, host, material, rng))


@strategy("honest_repetition", twin="wandering_without_aim", honest=True, suits=has_results)
def exploring_a_large_project(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Every file is read once, in the order in which the host read them, before anything is done about them."""
    looks = Material.own_steps(host, "read", "search", "plan") or _those(host, _POLLED)
    ways_on = _ways_on(host)

    def reads() -> Iterator[Step]:
        yield from map(copied, looks)
        while True:
            yield material.step(host, rng, "read", "search") or copied(looks[int(rng.random() * len(looks))])

    return spun(host, reads(), material, effort, rng, _acted(ways_on, host, material, rng))


@strategy("honest_repetition", twin="same_prompt", honest=True)
def harness_trials(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """One task is given several times and solved in different ways: an evaluation harness, or somebody comparing."""
    asked = [exchange for exchange in host.exchanges if exchange.asked]
    task = asked[int(rng.random() * len(asked))]

    def trials() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        texts = wordings(task.prompt[:4000], host, material, Effort(effort.clock, "verbatim"), rng)
        for text in texts:
            solved = task if rng.random() < 0.3 else material.exchange(host, rng, _MOST_TURNS) or task
            steps = tuple(copied(step) for step in solved.steps)
            yield Exchange((prompt(text, clock.pause(steps[-1].chars, 0)),), steps)

    return mixed(host, trials(), material, effort, rng)


def _those(host: Work, actions: tuple[Action, ...]) -> list[Step]:
    """The host's own steps that do one of these things; any with a result where it has none."""
    own = Material.own_steps(host, *actions)
    return own or [step for step in host.steps if step.calls and step.results and whole(step)]


def _ways_on(host: Work) -> dict[tuple[Action, ...], list[Step]]:
    """What a look leads to: a change, a check of it, and a word about it."""
    return {actions: Material.own_steps(host, *actions) for actions in (_CHANGES, ("test", "run"), ("talk",))}


def _acted(
    ways_on: dict[tuple[Action, ...], list[Step]], host: Work, material: Material, rng: Generator
) -> tuple[Step, ...]:
    """One step of each, the host's own where it has them."""
    steps = (copied(_pick(own, rng)) if own else material.step(host, rng, *actions) for actions, own in ways_on.items())
    return tuple(step for step in steps if step is not None)


def _pick(steps: list[Step], rng: Generator) -> Step:
    return steps[int(rng.random() * len(steps))]
