"""What somebody wants done with a text, in a few languages; padding and its look-alikes draw from the same lists."""

from numpy.random import Generator

from padding.grammar import cased
from padding.languages import language_of

REPHRASE = {
    "en": ("say that in other words", "rewrite this", "shorter please", "a bit more formal", "again, but warmer",
           "make it sound less stiff", "another version", "simplify this", "rephrase", "tighten this up", "try again"),
    "de": ("sag das anders", "schreib das um", "bitte kürzer", "etwas förmlicher", "noch eine Fassung", "einfacher"),
    "fr": ("dis-le autrement", "réécris ça", "plus court", "un peu plus formel", "une autre version", "plus simple"),
    "es": ("dilo de otra forma", "reescribe esto", "más corto", "un poco más formal", "otra versión", "más simple"),
    "pt": ("diz de outra forma", "reescreve isso", "mais curto", "um pouco mais formal", "outra versão"),
    "it": ("dillo in un altro modo", "riscrivi questo", "più corto", "un po' più formale", "un'altra versione"),
}  # fmt: skip
"""The same again in other words."""

LOOK = {
    "en": ("summarise this", "what do you think?", "thoughts?", "explain this", "have a look", "please review", "",
           "analyse", "what does this say?", "go through this", "see below", "read this first", "comments?"),
    "de": ("fass das zusammen", "was hältst du davon?", "erklär das", "schau mal", "bitte prüfen", "siehe unten", ""),
    "fr": ("résume ça", "qu'en penses-tu ?", "explique", "regarde ça", "voir ci-dessous", "relis ça", ""),
    "es": ("resume esto", "¿qué opinas?", "explica esto", "mira esto", "revisa, por favor", "ver abajo", ""),
    "pt": ("resume isso", "o que achas?", "explica isso", "olha isto", "revê, por favor", "ver abaixo", ""),
    "it": ("riassumi", "che ne pensi?", "spiega", "guarda questo", "rivedi, per favore", "vedi sotto", ""),
}  # fmt: skip
"""Something to be done with a text that stands beside it."""

AT_LENGTH = {
    "en": ("in as much detail as possible", "write it all out", "be exhaustive", "the long version please",
           "do not summarise", "every step, with examples", "at least 3000 words", "full text, nothing left out"),
    "de": ("so ausführlich wie möglich", "schreib alles aus", "bitte die lange Fassung", "jeden Schritt mit Beispiel"),
    "fr": ("le plus détaillé possible", "écris tout", "la version longue", "chaque étape avec un exemple"),
    "es": ("con todo el detalle posible", "escríbelo todo", "la versión larga", "cada paso con un ejemplo"),
    "pt": ("com o máximo de detalhe", "escreve tudo", "a versão longa", "cada passo com um exemplo"),
    "it": ("il più dettagliato possibile", "scrivi tutto", "la versione lunga", "ogni passo con un esempio"),
}  # fmt: skip
"""How long an answer shall be."""


def wish(wishes: dict[str, tuple[str, ...]], like: str, rng: Generator) -> str:
    """One of these wishes, in the language of a text."""
    values = wishes[language_of(like)]
    return cased(values[int(rng.random() * len(values))], rng)


def beside(said: str, text: str, rng: Generator) -> str:
    """What is said, and a text that it is about, before or after it."""
    if not said:
        return text
    return f"{text}\n\n{said}" if rng.random() < 0.4 else f"{said}\n\n{text}"
