"""Every honest look-alike is something that an auditor knows."""

from padding.looks import LOOKS
from padding.scheme import load_schemes
from padding.strategy import load


def test_every_honest_look_alike_is_said_to_be_something() -> None:
    honest = {name for name, one in load().items() if one.honest} | {
        name for name, one in load_schemes().items() if one.honest
    }
    assert honest == set(LOOKS)
