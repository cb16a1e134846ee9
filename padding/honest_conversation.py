"""Honest talk that looks like a mixed session or a script: other questions afterwards, or in between, each taken up.

The twins of `padding/camouflaged_human.py` and `padding/mixed.py`: the same blocks, clocks and wordings, but what
follows an answer is what really followed it.
"""

from collections.abc import Iterator

from numpy.random import Generator

from padding.clock import Clock
from padding.effort import Effort
from padding.envelope import ask_of
from padding.material import Material
from padding.mixing import mixed
from padding.ordering import afterwards, ordered
from padding.parts import paused
from padding.strands import lasting, reading_of, strands
from padding.strategy import strategy
from padding.work import Exchange, Work


@strategy("honest_conversation", twin="scripted_topic_chain", honest=True)
def one_question_after_another(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """Somebody asks on and on, of one subject and then of the next, and each question comes from the last answer."""
    asked = (link for links in strands(host, material, rng) for link in links)
    return mixed(host, _read(asked, host, material, effort, rng), material, effort, rng)


@strategy("honest_conversation", twin="another_second_half", honest=True)
def going_on_to_something_else(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """When the work is done the session goes on with another task; people keep one session open all day."""
    asked = (link for links in strands(host, material, rng) for link in links)
    work = mixed(host, _read(asked, host, material, effort, rng), material, effort, rng)
    return ordered(work, afterwards, material, rng)


@strategy("honest_conversation", twin="a_little_after_each_answer", honest=True)
def something_else_in_between(host: Work, material: Material, effort: Effort, rng: Generator) -> Work:
    """A second task is done in between the first one's steps, a little at a time, and goes on where it was left."""
    asked = (link for links in strands(host, material, rng) for link in links[:6])
    return mixed(host, _read(asked, host, material, effort, rng), material, effort, rng)


def _read(
    links: Iterator[Exchange], host: Work, material: Material, effort: Effort, rng: Generator
) -> Iterator[Exchange]:
    """The exchanges, each after a pause to read the answer before it and to type."""
    clock = Clock(host, material, effort, rng)
    read = 400
    for link in links:
        yield paused(link, clock.pause(read, len(ask_of(link))))
        clock.worked(lasting(link))
        read = reading_of(link)
