"""Honest reading: manuals consulted for a task, wide looks narrowed down, tools that print the same banner each time.

The twins of `documentation_trivia`, `fill_the_cap` and `filler_per_call` where an agent reads through its tools: "no
file changed" is not waste, and people were flagged for it.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.asks import a_term
from padding.change import counted_on
from padding.clock import Clock
from padding.documentation_trivia import asked_of
from padding.effort import Effort
from padding.endings import Late, acted, used
from padding.envelope import shown, unnumbered
from padding.long_texts import document, room
from padding.material import Material
from padding.mixing import mixed, spun
from padding.nonsense import noisy
from padding.parts import copied, repeated, with_result
from padding.strategy import has_results, strategy
from padding.work import Exchange, Step, Work

_MOST_RESULT, _MOST_BANNER, _MOST_OWN = 2400, 1700, 600


@strategy("honest_reading", twin="looked_up_for_nothing", honest=True, suits=has_results)
def manual_consulted_for_the_task(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Questions that a page answers, each about what the last page said, for a task that is then done."""
    own = _with_results(host)
    said: list[str] = []

    def asks() -> Iterator[Exchange]:
        clock = Clock(host, material, effort, rng)
        term, read, place = "", 400, int(rng.random() * len(own))
        while True:
            look = copied(own[place % len(own)])
            if rng.random() < 0.3:
                look = material.step(host, rng, "read", "search", "fetch") or look
            exchange = asked_of(look, host, material, effort, rng, clock.pause(read, 60), term)
            yield exchange
            said.append(exchange.reply)
            term, read, place = a_term(exchange.reply, rng), exchange.steps[-1].chars, place + 1

    ending = Late(lambda: used(said[-1] if said else "", host, material, effort, rng))
    return mixed(host, asks(), material, effort, rng, ending)


@strategy("honest_reading", twin="widest_look_each_time", honest=True, suits=has_results)
def results_narrowed_down(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A look at everything, then at the part that matters, then at the line: research that ends in a change."""
    own = Material.own_steps(host, "read", "search", "fetch") or _with_results(host)
    own = sorted(own, key=lambda step: step.chars)
    widest = own[-(2 + int(rng.random() * 6)) :]

    def steps() -> Iterator[Step]:
        while True:
            wide = repeated(widest[int(rng.random() * len(widest))], rng)
            if rng.random() < 0.4:
                wide = material.step(host, rng, "read", "search", "run") or wide
            yield wide
            text = (wide.results[-1].text or "") if wide.results else ""
            lines = [unnumbered(line) for line in text.splitlines() if line.strip()]
            for _ in range(int(rng.random() * 4)):
                if len(lines) < 2:
                    break
                start = int(rng.random() * len(lines) / 2)
                lines = lines[start : start + max(1, len(lines) // 2)]
                yield shown(wide, "\n".join(lines))

    return spun(host, steps(), material, effort, rng, acted(host, material, rng))


@strategy("honest_reading", twin="block_in_each_result", honest=True, suits=has_results)
def banner_before_each_result(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A tool prints the same warnings before each result, while the results go on: the host's steps in order."""
    banner = document(host, material, room(host, material, effort, 8 + int(rng.random() * 16)), rng)[:_MOST_BANNER]
    own = _with_results(host)
    start = int(rng.random() * len(own))

    def steps() -> Iterator[Step]:
        for step in [*own[start:], *own[:start]]:
            yield _under(banner, copied(step))
        while True:
            yield _under(banner, material.step(host, rng, "run", "test", "read", "search") or copied(own[0]))

    return spun(host, steps(), material, effort, rng, acted(host, material, rng))


def _under(banner: str, step: Step) -> Step:
    """The step, its result below the banner."""
    text = (step.results[-1].text or "") if step.results else ""
    return with_result(step, f"{banner}\n{text[-_MOST_OWN:]}")


@strategy("honest_reading", twin="noise_printed_by_commands", honest=True, suits=has_results)
def inputs_fuzzed(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Random inputs are drawn and tried on the program, with another outcome each time, until a fault is mended."""
    tried = Material.own_steps(host, "test") or Material.own_steps(host, "run") or _with_results(host)
    program = tried[int(rng.random() * len(tried))]
    noise = noisy(host, material, min(room(host, material, effort, 12), _MOST_RESULT), effort, rng)

    def steps() -> Iterator[Step]:
        for drawn in noise:
            yield drawn
            step = copied(program)
            said = (step.results[-1].text or "") if step.results else ""
            yield with_result(step, counted_on(said, rng))

    return spun(host, steps(), material, effort, rng, acted(host, material, rng))


def _with_results(host: Work) -> list[Step]:
    return [step for step in host.steps if step.calls and step.results]
