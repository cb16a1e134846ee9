"""Honest building: a spike, a load test, a project begun, a migration left alone, edits taken back for a reason.

The twins of the families that build for nothing: the same blocks, but what was made is run, read, taken up
and kept, or its finding is.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.change import counted_on
from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk, has_shell
from padding.junk_file import junk
from padding.material import Material
from padding.mixing import mixed, spun
from padding.orders import KINDS, about, orders
from padding.parts import prompt
from padding.results import shown
from padding.small_talk import short_reply
from padding.strategy import has_results, strategy
from padding.taking_up import acted_on, finding, named, told_of
from padding.unattended_drain import made_up
from padding.work import Exchange, Step, Work

_MOST_FILES = 6
_SEARCHED = 40


@strategy("honest_building", twin="built_and_deleted", honest=True, suits=has_shell)
def spike_whose_finding_is_used(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A prototype is written, run and read, what it shows is said and built into the project, and it is deleted."""

    def spikes() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        while True:
            folder = desk.temporary()
            yield desk.make(folder, f"mkdir -p {folder}")
            for _ in range(1 + int(rng.random() * _MOST_FILES)):
                suffix, text = made_up(desk, effort)
                path = desk.path(folder, suffix)
                yield desk.write(path, text)
            ran = desk.execute(path, shown(desk.some("run")))
            yield ran
            yield from acted_on(ran, desk)
            yield desk.delete(folder)

    desk = Desk(host, material, rng)
    return spun(host, spikes(), material, effort, rng, (desk.some("test", "run"), told_of(list(host.steps), desk)))


@strategy("honest_building", twin="written_read_deleted", honest=True, suits=has_shell)
def load_test_on_a_made_file(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A large file is made as input for a test, the test is run on it, something is mended, and it is run again."""

    def rounds() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        while True:
            path, text = desk.path(), junk(host, material, effort, rng)
            yield desk.write(path, text)
            for _ in range(int(rng.random() * 4)):
                yield desk.read(path, text)
            said = shown(desk.some("test", "run"))
            for _ in range(2 + int(rng.random() * 4)):
                ran = desk.execute(path, said)
                yield from (ran, *acted_on(ran, desk))
                said = counted_on(said, rng) if rng.random() < 0.5 else shown(desk.some("test", "run"))
            yield desk.delete(path)

    return spun(host, rounds(), material, effort, rng)


@strategy("honest_building", twin="generated_by_a_command", honest=True, suits=has_shell)
def log_collected_and_searched(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A large log is gathered into a file, searched for one thing after another, acted on, and removed."""

    def rounds() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        while True:
            path, text = desk.path(desk.temporary()), junk(host, material, effort, rng)
            yield desk.make(path, f"mkdir -p {path.rpartition('/')[0]} && cat {desk.folder() or '.'}/* > {path}")
            if rng.random() < 0.7:
                yield desk.show(path, f"cat {path}", text)
            for _ in range(1 + int(rng.random() * 5)):
                line = finding(text[int(rng.random() * len(text) / 2) :], "", float(rng.random()))
                term = max(line.split(), key=len, default="error").strip("'\"`()[]{}:,;")[:_SEARCHED]
                found = "\n".join(row for row in text.splitlines() if term in row)
                looked = desk.show(path, f"grep -n '{term}' {path}", found)
                yield from (looked, *(acted_on(looked, desk, line) if rng.random() < 0.5 else ()))
            yield desk.delete(path)

    return spun(host, rounds(), material, effort, rng)


@strategy("honest_building", twin="asked_for_and_thrown_away", honest=True, suits=has_shell)
def asked_for_and_built_in(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A person has something small written, has it read and run, says what was seen, and has it built in or removed."""

    def rounds() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
        texts = [orders(kind, host, material, effort, rng) for kind in KINDS]
        while True:
            suffix, text = made_up(desk, effort)
            path = desk.path(desk.temporary(), suffix)
            ran = desk.execute(path, shown(desk.some("run")))
            for order, errand in zip(texts, (desk.write(path, text), ran, desk.delete(path)), strict=True):
                told = named(short_reply(host, material, effort, rng), finding(shown(errand)), desk)
                said = about(next(order), path)
                work = (errand, *(acted_on(errand, desk) if errand is ran else ()), told)
                yield Exchange((prompt(said, clock.pause(told.chars, len(said))),), work)

    return mixed(host, rounds(), material, effort, rng)


@strategy("honest_building", twin="building_anything", honest=True, suits=has_shell)
def built_from_nothing(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A project is begun in an empty folder: file after file is written, listed, run, read again and mended."""

    def files() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        folder = desk.temporary()
        yield desk.make(folder, f"mkdir -p {folder}")
        while True:
            suffix, text = made_up(desk, effort)
            path = desk.path(folder, suffix)
            yield desk.write(path, text)
            if rng.random() < 0.3:
                yield desk.read(path, text)
            ran = desk.execute(path, shown(desk.some("run")))
            yield from (ran, *(acted_on(ran, desk) if rng.random() < 0.3 else ())) if rng.random() < 0.4 else ()

    desk = Desk(host, material, rng)
    return spun(host, files(), material, effort, rng, (desk.some("test", "run"), told_of(list(host.steps), desk)))


@strategy("honest_building", twin="one_thing_after_another", honest=True, suits=has_results)
def migration_overnight(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """An agent is left alone with a long list: file after file is changed, tested, mended where tests say so."""

    def files() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        while True:
            read = desk.some("read", "search")
            yield from (read, *acted_on(read, desk))
            tested = desk.some("test", "run")
            yield from (tested, *(acted_on(tested, desk) if rng.random() < 0.4 else ()))

    desk = Desk(host, material, rng)
    return spun(host, files(), material, effort, rng, (desk.some("test", "run"), told_of(list(host.steps), desk)))


@strategy("honest_building", twin="edited_and_restored", honest=True, suits=has_shell)
def rolled_back_for_a_reason(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Edits are tested, a result speaks against them, they are taken back, and another way is tried until one holds."""

    def ways() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        while True:
            for _ in range(1 + int(rng.random() * 5)):
                yield desk.some("edit", "write")
            tested = desk.some("test", "run")
            yield tested
            why = finding(shown(tested), "", float(rng.random()))
            yield named(desk.run("git checkout -- .", "Discard changes", ""), why, desk)

    desk = Desk(host, material, rng)
    ending = (desk.some("edit"), desk.some("test", "run"), told_of(list(host.steps), desk))
    return spun(host, ways(), material, effort, rng, ending)
