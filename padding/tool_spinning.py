"""Tool spinning: an agent left running that reads, waits, tests and rewrites, while nothing comes of it.

In real traces most sessions are one or two prompts and hundreds of calls, so this is where padding hides best.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace
from numpy.random import Generator

from padding.actions import Action
from padding.change import timed_anew
from padding.effort import Effort
from padding.material import Material
from padding.mixing import spun
from padding.parts import copied, repeated, with_result
from padding.strategy import has_results, strategy
from padding.waiting import waited, waits
from padding.work import Step, Work, whole

_CHECKS: tuple[Action, ...] = ("test", "run", "other")


@strategy("tool_spinning", twin="reading_again_after_edits", suits=has_results)
def reading_the_same_files(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A few files are read over and over, with the same content each time; seen where quotas reward volume."""
    few = _some(host, rng, ("read", "search"), 1 + int(rng.random() * 6))
    return spun(host, _talked(_rounds(few, rng), host, material, effort, rng), material, effort, rng)


@strategy("tool_spinning", twin="polling_until_done", suits=has_results)
def polling_nothing(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """One command is asked for its state again and again, and its state never changes; idle agents kept running."""
    watched = _some(host, rng, _CHECKS, 1)[0]
    return spun(host, _talked(_waiting(watched, host, rng), host, material, effort, rng), material, effort, rng)


@strategy("tool_spinning", twin="retrying_a_flaky_test", suits=has_results)
def testing_again(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """The same tests are run again though nothing was changed in between, sometimes with a look at a file."""
    tests = _some(host, rng, ("test", "run"), 1 + int(rng.random() * 2))
    looks = _some(host, rng, ("read", "search"), 4)
    return spun(host, _talked(_between(tests, looks, rng), host, material, effort, rng), material, effort, rng)


@strategy("tool_spinning", twin="reading_again_after_edits", suits=has_results)
def rewriting_back_and_forth(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An edit is made, undone and made again, the file ending as it began; unattended drains look like this."""
    edits = _some(host, rng, ("edit", "write"), 1 + int(rng.random() * 2))
    looks = _some(host, rng, ("read", "test"), 3)
    return spun(host, _talked(_undone(edits, looks, rng), host, material, effort, rng), material, effort, rng)


@strategy("tool_spinning", twin="exploring_a_large_project", suits=has_results)
def wandering_without_aim(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Searches, plans and reads that have nothing to do with each other: an agent told to keep itself busy."""
    return spun(host, _talked(_wandering(host, material, rng), host, material, effort, rng), material, effort, rng)


def _rounds(steps: Sequence[Step], rng: Generator) -> Iterator[Step]:
    """The steps in turn, each round in another order."""
    while True:
        for place in rng.permutation(len(steps)).tolist():
            yield repeated(steps[place], rng)


def _waiting(watched: Step, host: Work, rng: Generator) -> Iterator[Step]:
    """One step with the same result each time, after waits that belong to the tool."""
    for wait in waits(host, rng):
        yield waited(_run_again(watched, rng), wait)


def _run_again(step: Step, rng: Generator) -> Step:
    """The step done again with the same outcome; only how long it took is told anew."""
    text = step.results[-1].text if step.results else None
    again = repeated(step, rng)
    return again if text is None else with_result(again, timed_anew(text, rng))


def _between(tests: Sequence[Step], looks: Sequence[Step], rng: Generator) -> Iterator[Step]:
    while True:
        yield _run_again(tests[int(rng.random() * len(tests))], rng)
        if rng.random() < 0.35:
            yield repeated(looks[int(rng.random() * len(looks))], rng)


def _undone(edits: Sequence[Step], looks: Sequence[Step], rng: Generator) -> Iterator[Step]:
    while True:
        edit = edits[int(rng.random() * len(edits))]
        yield repeated(edit, rng)
        if rng.random() < 0.4:
            yield _run_again(looks[int(rng.random() * len(looks))], rng)
        yield turned_back(repeated(edit, rng))


def _wandering(host: Work, material: Material, rng: Generator) -> Iterator[Step]:
    own = [step for step in host.steps if step.calls and step.results and whole(step)]
    while True:
        step = material.step(host, rng, "read", "search", "plan", "search", "read") if rng.random() < 0.7 else None
        yield step or copied(own[int(rng.random() * len(own))])


def _talked(steps: Iterator[Step], host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[Step]:
    """The steps, now and then with something said in between: the more trouble is taken, the more often."""
    often = 0.0 if effort.wording == "verbatim" else 0.12
    for step in steps:
        yield step
        said = material.step(host, rng, "talk") if rng.random() < often else None
        if said is not None:
            yield said


def _some(host: Work, rng: Generator, actions: tuple[Action, ...], count: int) -> list[Step]:
    """Some of the host's own steps that do these things; any with results where it has none."""
    own = [step for action in actions for step in _of(host, action)]
    own = own or [step for step in host.steps if step.calls and step.results and whole(step)]
    return [own[int(rng.random() * len(own))] for _ in range(count)]


def _of(host: Work, action: Action) -> list[Step]:
    return Material.own_steps(host, action)


_OLD_AND_NEW = (("old_string", "new_string"), ("old_str", "new_str"), ("search", "replace"), ("before", "after"))


def turned_back(step: Step) -> Step:
    """The step with what it replaces and what it puts there exchanged, where its arguments say both."""
    return Step(
        tuple(replace(p, turn=replace(p.turn, tool_arguments=_back(p.turn.tool_arguments))) for p in step.pieces)
    )


def _back(arguments: str | None) -> str | None:
    for old, new in _OLD_AND_NEW:
        if arguments and f'"{old}"' in arguments and f'"{new}"' in arguments:
            marked = arguments.replace(f'"{old}"', "\0").replace(f'"{new}"', f'"{old}"')
            return marked.replace("\0", f'"{new}"')
    return arguments
