"""What people and agents say, by grammar: templates with alternatives and slots, in the language of the conversation.

`[a|b|]` stands for one of its alternatives, `{name}` for a slot. Acts that a language lacks are said in English.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
Template = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's ways of saying things."""

    language: str

    def knows(self, act: str) -> bool:
        """Whether the language itself, and not only English, has the act."""
        return act in _templates(self.language)

    def say(self, rng: Random, act: str, **slots: object) -> str:
        """The act in words."""
        templates = _templates(self.language).get(act) or _templates("en")[act]
        made = rng.choice(templates)
        text = "".join(part[0] if len(part) == 1 else rng.choice(part) for part in made)
        return text.format_map(slots) if slots or "{" in text else text


@cache
def _templates(language: str) -> dict[str, tuple[Template, ...]]:
    """A language's acts, their templates taken apart."""
    found: dict[str, tuple[Template, ...]] = {}
    for path in sorted((files(__package__) / "phrases").iterdir(), key=lambda path: path.name):
        if path.name.split(".")[0].split("_")[0] != language:
            continue
        for group, acts in tomllib.loads(path.read_text("utf-8")).items():
            for act, templates in acts.items():
                found[f"{group}.{act}"] = tuple(_parsed(template) for template in templates)
    return found


def _parsed(template: str) -> Template:
    """Fixed parts and choices in turn."""
    return tuple(
        tuple(part.split("|")) if place % 2 else (part,) for place, part in enumerate(_CHOICE.split(template)) if part
    )
