"""Orders to an agent: build this, read this, delete this, is there anything to do; borrowed, else stock ones."""

import re
from collections.abc import Iterator
from typing import Literal

from numpy.random import Generator

from padding.effort import Effort
from padding.languages import language_of
from padding.material import Material
from padding.rewording import reworded
from padding.work import Work

Order = Literal["build", "read", "delete", "idle"]
KINDS: tuple[Order, Order, Order] = ("build", "read", "delete")
"""The orders that a file gets in its life."""

_TRIES = 24
_LONGEST = 300
_STOCK: dict[Order, dict[str, tuple[str, ...]]] = {
    "build": {
        "en": ("write something into …", "create … for me", "build a small demo in …", "make a quick prototype in …"),
        "de": ("schreib etwas nach …", "leg … an", "bau eine kleine Demo in …", "mach einen Prototyp in …"),
        "fr": ("écris quelque chose dans …", "crée …", "fais une petite démo dans …"),
        "es": ("escribe algo en …", "crea …", "haz una demo pequeña en …"),
        "pt": ("escreve alguma coisa em …", "cria …", "faz uma pequena demo em …"),
        "it": ("scrivi qualcosa in …", "crea …", "fai una piccola demo in …"),
    },
    "read": {
        "en": ("read …", "show me …", "what is in …?", "go through … again"),
        "de": ("lies …", "zeig mir …", "was steht in …?"),
        "fr": ("lis …", "montre-moi …", "qu'y a-t-il dans … ?"),
        "es": ("lee …", "muéstrame …", "¿qué hay en …?"),
        "pt": ("lê …", "mostra-me …", "o que há em …?"),
        "it": ("leggi …", "mostrami …", "che cosa c'è in …?"),
    },
    "delete": {
        "en": ("delete …", "remove … again", "get rid of …", "you can delete … now"),
        "de": ("lösch …", "… kann wieder weg", "entferne …"),
        "fr": ("supprime …", "enlève …"),
        "es": ("borra …", "elimina …"),
        "pt": ("apaga …", "remove …"),
        "it": ("elimina …", "cancella …"),
    },
    "idle": {
        "en": ("anything to do?", "check for open tasks", "is there any work?", "anything new?"),
        "de": ("gibt es etwas zu tun?", "prüfe offene Aufgaben", "gibt es Neues?"),
        "fr": ("y a-t-il du travail ?", "vérifie les tâches ouvertes", "du nouveau ?"),
        "es": ("¿hay algo que hacer?", "revisa las tareas abiertas", "¿algo nuevo?"),
        "pt": ("há algo para fazer?", "verifica as tarefas abertas", "algo de novo?"),
        "it": ("c'è qualcosa da fare?", "controlla le attività aperte", "novità?"),
    },
}
_LIKE: dict[Order, re.Pattern[str]] = {
    "build": re.compile(
        r"^(please |can you |let's )?(create|write|add|build|make|generate|implement)\b", re.IGNORECASE
    ),
    "read": re.compile(r"^(please |can you )?(read|show|look at|open|check|what)\b", re.IGNORECASE),
    "delete": re.compile(r"\b(delete|remove|drop|revert|undo|clean up)\b", re.IGNORECASE),
    "idle": re.compile(r"\b(status|heartbeat|check|anything|next|left|remaining|todo)\b", re.IGNORECASE),
}


def orders(kind: Order, host: Work, material: Material, effort: Effort, rng: Generator) -> Iterator[str]:
    """Orders of one kind without end, `…` where the file's name goes: the same one again, or others, by the effort."""
    like = next((exchange.prompt for exchange in host.exchanges if exchange.asked), "")
    known = list(_STOCK[kind][language_of(like)])
    if effort.text == "borrowed":
        drawn = (material.prompt(host, rng) or "" for _ in range(_TRIES))
        known = [text for text in drawn if len(text) < _LONGEST and _LIKE[kind].search(text)] or known
    first = known[int(rng.random() * len(known))]
    while True:
        if effort.wording == "verbatim":
            yield first
        else:
            text = known[int(rng.random() * len(known))]
            yield reworded(text, rng) if effort.wording == "reworded" else text


def about(order: str, path: str) -> str:
    """The order with the file's name in its place, or after it."""
    return order.replace("…", path) if "…" in order else f"{order} {path}"
