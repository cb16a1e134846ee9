"""Templates made into pages: everything is escaped, and no text from a trace can act or hide."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from audit.pages.visit import key_of
from audit.views import words
from audit.views.inert import inert, named, plain

FOLDER = Path(__file__).parent.parent
STATIC = FOLDER / "static"


def render(template: str, values: Mapping[str, Any]) -> bytes:
    """A page as bytes; lone surrogates, which UTF-8 has no form for, become question marks."""
    return _environment().get_template(template).render(**values).encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_named,
    )
    made.filters |= {
        "inert": inert,
        "plain": plain,
        "percent": words.percent,
        "interval": words.interval,
        "moment": words.moment,
        "ago": words.ago,
        "span": words.span,
        "short": words.tokens,
        "key": key_of,
    }
    made.globals |= {
        "FLAG": words.FLAG,
        "STATES": words.STATES,
        "DECISIONS": words.DECISIONS,
        "SLICES": words.SLICES,
    }
    return made


def _named(value: Any) -> Any:
    """What is put into a page without saying how: plain text gets its unseen characters named, then is escaped."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else named(value)
