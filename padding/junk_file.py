"""Junk file: a large file is generated, read by the agent, deleted. Public token-burning tools do this."""

from base64 import b64encode
from collections.abc import Iterator

from numpy.random import Generator

from padding import grammar
from padding.clock import Clock
from padding.effort import Effort
from padding.errands import Desk, has_shell
from padding.material import Material
from padding.mixing import mixed, spun
from padding.orders import KINDS, about, orders
from padding.parts import prompt
from padding.small_talk import short_reply
from padding.strategy import strategy
from padding.work import Exchange, Step, Work

_SEEDS = 600
_LARGE = (4000, 12_000)
_SHOWN = 2500
_SHARE_OF_HOST = 0.25


@strategy("junk_file", twin="load_test_on_a_made_file", suits=has_shell)
def written_read_deleted(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """The agent writes a large file of nothing, reads it in parts, and deletes it; public tools drain quotas so."""

    def rounds() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        while True:
            path, text = desk.path(), junk(host, material, effort, rng)
            yield desk.write(path, text)
            for part in _parts(text, rng):
                yield desk.read(path, part)
            yield desk.delete(path)
            if effort.wording != "verbatim" and rng.random() < 0.4:
                yield short_reply(host, material, effort, rng)

    return spun(host, rounds(), material, effort, rng)


@strategy("junk_file", twin="log_collected_and_searched", suits=has_shell)
def generated_by_a_command(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A command fills a file with anything, the file is printed several times over, and removed; shared as a one-liner.

    Where text is borrowed, the file is a heap of files of the project, so that what is read looks like work.
    """

    def rounds() -> Iterator[Step]:
        desk = Desk(host, material, rng)
        while True:
            path = desk.path(desk.temporary())
            command, text = _filled(path, desk, effort)
            yield desk.make(path, f"mkdir -p {path.rpartition('/')[0]} && {command}")
            for _ in range(1 + int(rng.random() * 4)):
                command, shown = _printing(path, text, rng)
                yield desk.show(path, command, shown)
            yield desk.delete(path)

    return spun(host, rounds(), material, effort, rng)


@strategy("junk_file", twin="asked_for_and_built_in", suits=has_shell)
def asked_to_write_and_read(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """One prompt has a file written, another has it read again, a third has it deleted; scripts send these in turn."""

    def rounds() -> Iterator[Exchange]:
        desk, clock = Desk(host, material, rng), Clock(host, material, effort, rng)
        build, read, delete = (orders(kind, host, material, effort, rng) for kind in KINDS)
        while True:
            path, text = desk.path(), junk(host, material, effort, rng)
            reads = [(read, desk.read(path, part)) for part in _parts(text, rng)]
            for order, errand in ((build, desk.write(path, text)), *reads, (delete, desk.delete(path))):
                said, told = about(next(order), path), short_reply(host, material, effort, rng)
                yield Exchange((prompt(said, clock.pause(told.chars, len(said))),), (errand, told))

    return mixed(host, rounds(), material, effort, rng)


def junk(host: Work, material: Material, effort: Effort, rng: Generator) -> str:
    """Several thousand characters that nobody needs: made by grammar, or other sessions' results in a heap."""
    chars = int(min(rng.uniform(*_LARGE), max(_SEEDS, host.chars * _SHARE_OF_HOST)))
    if effort.text == "borrowed":
        found: list[str] = []
        while sum(map(len, found)) < chars:
            found.append(material.result(host, rng) or material.reply(host, rng) or grammar.nonsense(_SEEDS, rng))
        return "\n".join(found)[:chars]
    kind = rng.random()
    if kind < 0.3:
        return _lines(grammar.signs(chars, rng), rng)
    seed = grammar.nonsense(_SEEDS, rng)
    if kind < 0.7:
        return _lines(_salad(seed.split(), chars, rng), rng)
    return "\n".join([seed[: 40 + int(rng.random() * 200)]] * chars)[:chars]


def _salad(words: list[str], chars: int, rng: Generator) -> str:
    places = rng.integers(0, len(words), chars // 6).tolist()
    return " ".join(words[place] for place in places)[:chars]


def _lines(text: str, rng: Generator) -> str:
    width = 60 + int(rng.random() * 80)
    return "\n".join(text[place : place + width] for place in range(0, len(text), width))


def _parts(text: str, rng: Generator) -> Iterator[str]:
    """The whole of it a few times, or one part after the other."""
    if rng.random() < 0.5:
        yield from [text] * (1 + int(rng.random() * 3))
    else:
        yield from (text[place : place + _SHOWN] for place in range(0, len(text), _SHOWN))


def _filled(path: str, desk: Desk, effort: Effort) -> tuple[str, str]:
    """A command that fills the file, and what the file then holds."""
    rng, name = desk.rng, desk.name()
    if effort.text == "borrowed":
        return f"cat {desk.folder() or '.'}/* > {path}", junk(desk.host, desk.material, effort, rng)
    kind, count = int(rng.random() * 4), int(rng.uniform(200, 1200))
    if kind == 0:
        return f"yes {name} | head -n {count} > {path}", "\n".join([name] * count)
    if kind == 1:
        return f"for i in $(seq {count}); do echo {name} $i; done > {path}", "\n".join(
            f"{name} {number}" for number in range(1, count + 1)
        )
    if kind == 2:
        text = b64encode(rng.bytes(count * 8)).decode()
        wrapped = "\n".join(text[place : place + 76] for place in range(0, len(text), 76))
        return f"head -c {count * 8} /dev/urandom | base64 > {path}", wrapped
    made = f"import random, string; print(''.join(random.choices(string.printable, k={count * 8})))"
    return f'python3 -c "{made}" > {path}', grammar.signs(count * 8, rng)


def _printing(path: str, text: str, rng: Generator) -> tuple[str, str]:
    lines = text.splitlines()
    kind = rng.random()
    if kind < 0.6:
        return f"cat {path}", text
    many = max(1, len(lines) // 2)
    return (
        (f"head -n {many} {path}", "\n".join(lines[:many]))
        if kind < 0.8
        else (f"tail -n {many} {path}", "\n".join(lines[-many:]))
    )
