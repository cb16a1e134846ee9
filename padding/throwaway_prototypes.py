"""Throwaway prototypes: build it, never open it, delete it, again. Reported where lines written are counted."""

from collections.abc import Iterator

from numpy.random import Generator

from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk, has_shell
from padding.material import Material
from padding.mixing import mixed, spun
from padding.orders import KINDS, about, orders
from padding.parts import copied, prompt
from padding.small_talk import short_reply
from padding.strategy import strategy
from padding.tool_spinning import turned_back
from padding.unattended_drain import made_up
from padding.work import Exchange, Step, Work

_MOST_FILES = 7
_RESTORING = ("git checkout -- {}", "git restore {}", "git stash && git stash drop", "git reset --hard HEAD")


@strategy("throwaway_prototypes", twin="spike_whose_finding_is_used", suits=has_shell)
def built_and_deleted(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A prototype of a few files is written, nobody runs or reads it, its folder is deleted, and the next begins.

    The lazy write the same files every time; others write other files.
    """

    def prototypes() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        files = _files(desk, effort)
        while True:
            folder = desk.temporary()
            yield desk.make(folder, f"mkdir -p {folder}")
            for name, text in files:
                yield desk.write(f"{folder}/{name}", text)
            if effort.wording != "verbatim" and rng.random() < 0.4:
                yield short_reply(host, material, effort, rng)
            yield desk.delete(folder)
            files = files if effort.wording == "verbatim" else _files(desk, effort)

    return spun(host, prototypes(), material, effort, rng)


@strategy("throwaway_prototypes", twin="asked_for_and_built_in", suits=has_shell)
def asked_for_and_thrown_away(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A person asks for something small to be built, has it deleted in the next prompt, and asks for the next."""

    def rounds() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
        building, _, deleting = (orders(kind, host, material, effort, rng) for kind in KINDS)
        while True:
            folder = desk.temporary()
            written = (desk.write(f"{folder}/{name}", text) for name, text in _files(desk, effort))
            told = short_reply(host, material, effort, rng)
            text = about(next(building), folder)
            yield Exchange((prompt(text, clock.pause(told.chars, len(text))),), (*written, told))
            told, text = short_reply(host, material, effort, rng), about(next(deleting), folder)
            yield Exchange((prompt(text, clock.pause(200, len(text))),), (desk.delete(folder), told))

    return mixed(host, rounds(), material, effort, rng)


@strategy("throwaway_prototypes", twin="rolled_back_for_a_reason", suits=has_shell)
def edited_and_restored(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Edits are made all over the project and thrown away with one command, untested and uncommitted; then again."""

    def rounds() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        few = [desk.some("edit", "write") for _ in range(2 + int(rng.random() * 6))]
        while True:
            few = few if effort.wording == "verbatim" else [desk.some("edit", "write") for _ in few]
            yield from map(copied, few)
            if rng.random() < 0.6:
                line = _RESTORING[int(rng.random() * len(_RESTORING))].format(".")
                yield desk.run(line, "Discard changes", "")
            else:
                yield from (turned_back(copied(step)) for step in reversed(few))

    return spun(host, rounds(), material, effort, rng)


def _files(desk: Desk, effort: Effort) -> list[tuple[str, str]]:
    """Names and texts of a few files."""
    made = (made_up(desk, effort) for _ in range(1 + int(desk.rng.random() * _MOST_FILES)))
    return [(desk.name() + suffix, text) for suffix, text in made]
