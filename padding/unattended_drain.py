"""Unattended drain: an agent is left to build anything until the quota is gone; nobody opens what it made.

What it builds is borrowed from other sessions' work, under new names in folders that nothing else refers to.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.arguments import file_in
from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk, has_shell
from padding.material import Material
from padding.mixing import mixed, spun
from padding.parts import copied, prompt
from padding.results import shown, unwrapped
from padding.rewording import wordings
from padding.small_talk import answer, small_ask
from padding.strategy import has_results, strategy
from padding.work import Exchange, Step, Work

_WINDOW = 18_000.0
_DRAWS = 3
_SHORT = 200


@strategy("unattended_drain", twin="built_from_nothing", suits=has_shell)
def building_anything(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """File after file is written into temporary folders, run at most once, and never opened; a public tool does so."""

    def projects() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        while True:
            folder = desk.temporary()
            yield desk.make(folder, f"mkdir -p {folder}")
            names: list[str] = []
            for _ in range(2 + int(rng.random() * 8)):
                suffix, text = made_up(desk, effort)
                names.append(desk.name() + suffix)
                yield desk.write(f"{folder}/{names[-1]}", text)
                if rng.random() < 0.3:
                    yield desk.some("test", "run", "read")
                if rng.random() < 0.3:
                    yield desk.show(folder, f"ls {folder}", "\n".join(sorted(set(names))))
            yield desk.some("test", "run", "plan")

    return spun(host, projects(), material, effort, rng)


@strategy("unattended_drain", twin="migration_overnight", suits=has_results)
def one_thing_after_another(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Whenever the quota opens again, a script sends a new thing to build; the last one is never mentioned again.

    Starts lie a quota window apart where the clock is a script's, else as far apart as the person's own pauses.
    """

    def windows() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng, _WINDOW)
        order = small_ask(host, material, rng)
        texts = wordings(order.prompt, host, material, effort, rng)
        typed = rng.random() < 0.5
        while True:
            steps = tuple(_borrowed_work(desk, 1 + int(rng.random() * desk.room)))
            told, text = material.step(host, rng, "talk") or answer(order), next(texts)
            yield Exchange((prompt(text, clock.pause(0, len(text)), typed),), (*steps, told))

    return mixed(host, windows(), material, effort, rng)


@strategy("unattended_drain", twin="exploring_a_large_project", suits=has_results)
def planning_without_end(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Plans, lists of tasks, research for plans, and new plans, of which nothing is ever begun; seen in open loops."""

    def plans() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        few = [desk.some("plan") for _ in range(1 + int(rng.random() * 6))]
        while True:
            yield desk.some("plan") if effort.wording == "borrowed" else copied(few[int(rng.random() * len(few))])
            for _ in range(int(rng.random() * 4)):
                yield desk.some("search", "fetch", "delegate", "read", "talk")

    return spun(host, plans(), material, effort, rng)


def made_up(desk: Desk, effort: Effort) -> tuple[str, str]:
    """What an agent writes when nobody cares what, and its suffix: another session's file, or lines of it at random."""
    draws = (desk.material.step(desk.host, desk.rng, "read") for _ in range(_DRAWS))
    files = [(file_in(step.calls[0]) or "", shown(step)) for step in draws if step is not None and step.calls]
    name, text = max(files, key=lambda file: len(file[1]) if file[0] else 0, default=("", ""))
    if not name or len(text) < _SHORT:
        return ".md", desk.material.reply(desk.host, desk.rng) or "ok"
    lines = unwrapped(text).splitlines()
    start = max(0, int((desk.rng.random() - 0.6) * len(lines)))
    kept = lines[start:]
    if effort.text == "made":
        kept = [kept[place] for place in desk.rng.permutation(len(kept)).tolist()]
    suffix = name.rpartition(".")[2]
    return f".{suffix}" if suffix.isalnum() else ".txt", "\n".join(kept)


def _borrowed_work(desk: Desk, count: int) -> Iterator[Step]:
    for _ in range(count):
        yield desk.some("write", "edit", "run", "write", "plan", "test")
