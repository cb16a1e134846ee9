"""Words of a few languages: which language a text is in, stock prompts, and words that can stand for one another."""

from functools import lru_cache

MARKS = {
    "en": "the and is to of in you please can this that it for with",
    "de": "der die das und ist nicht bitte kannst du ein eine für mit auf wie",
    "fr": "le la les et est pas une des dans pour avec vous peux ce que",
    "es": "el los las es una por para con que no puedes este como del",
    "pt": "o os não uma para com que você isso pode por como do da",
    "it": "il gli è una per con che non puoi questo come della di",
}
"""Frequent words by language."""

HEARTBEATS = {
    "en": ("ping", "hello", "test", "hi", "ok", "still there?", "you there?", "status?", "check", "hey", "."),
    "de": ("ping", "hallo", "test", "ok", "noch da?", "bist du da?", "status?", "moin"),
    "fr": ("ping", "bonjour", "test", "ok", "toujours là ?", "tu es là ?", "statut ?", "salut"),
    "es": ("ping", "hola", "prueba", "ok", "¿sigues ahí?", "¿estado?", "buenas"),
    "pt": ("ping", "olá", "teste", "ok", "ainda está aí?", "status?", "oi"),
    "it": ("ping", "ciao", "prova", "ok", "ci sei ancora?", "stato?", "salve"),
}
"""Prompts that only say that somebody is there."""

MORE = {
    "en": ("continue", "go on", "more", "keep going", "next", "and then?", "more detail please", "carry on", "E"),
    "de": ("weiter", "mach weiter", "mehr", "und dann?", "bitte ausführlicher", "nächster Teil"),
    "fr": ("continue", "encore", "la suite", "et ensuite ?", "plus de détails s'il te plaît", "vas-y"),
    "es": ("continúa", "sigue", "más", "¿y luego?", "más detalle por favor", "siguiente"),
    "pt": ("continue", "mais", "segue", "e depois?", "mais detalhes por favor", "próximo"),
    "it": ("continua", "avanti", "ancora", "e poi?", "più dettagli per favore", "prosegui"),
}
"""Prompts that only ask to go on."""

QUESTIONS = {
    "en": ("What is …?", "Explain … to me.", "Tell me about …", "Give me an overview of …", "How does … work?",
           "What are the pros and cons of …?", "Summarise the history of …", "Write a short text about …"),
    "de": ("Was ist …?", "Erkläre mir …", "Wie funktioniert …?", "Gib einen Überblick über …", "Schreib etwas über …"),
    "fr": ("Qu'est-ce que … ?", "Explique-moi …", "Comment fonctionne … ?", "Parle-moi de …", "Résume …"),
    "es": ("¿Qué es …?", "Explícame …", "¿Cómo funciona …?", "Háblame de …", "Haz un resumen de …"),
    "pt": ("O que é …?", "Explica-me …", "Como funciona …?", "Fala-me de …", "Faz um resumo de …"),
    "it": ("Che cos'è …?", "Spiegami …", "Come funziona …?", "Parlami di …", "Riassumi …"),
}  # fmt: skip
"""Questions that anybody could ask; … stands for the topic."""

TOPICS = {
    "en": ("dependency injection", "the event loop", "time zones", "photosynthesis", "garbage collection", "hash maps",
           "the water cycle", "OAuth", "inflation", "database indexes", "black holes", "unit tests", "TLS", "tides"),
    "de": ("Zeitzonen", "Datenbankindizes", "Inflation", "Fotosynthese", "Unit-Tests", "TLS", "Hashtabellen", "Ebbe"),
    "fr": ("les fuseaux horaires", "l'inflation", "la photosynthèse", "les tests unitaires", "TLS", "les marées"),
    "es": ("los husos horarios", "la inflación", "la fotosíntesis", "las pruebas unitarias", "TLS", "las mareas"),
    "pt": ("os fusos horários", "a inflação", "a fotossíntese", "os testes unitários", "TLS", "as marés"),
    "it": ("i fusi orari", "l'inflazione", "la fotosintesi", "i test unitari", "TLS", "le maree"),
}  # fmt: skip
"""Topics that have nothing to do with anybody's work."""

ALIKE: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (("fix", "repair", "correct", "sort out"), ("check", "verify", "look at", "review", "inspect"),
           ("make", "create", "build"), ("add", "include", "put in"), ("remove", "delete", "drop", "take out"),
           ("show", "give", "list"), ("explain", "describe", "walk me through"), ("please", "kindly"),
           ("run", "execute", "start"), ("update", "change", "adjust", "modify"),
           ("issue", "problem", "bug"), ("use", "go with"), ("can you", "could you"),
           ("should", "ought to"), ("want", "would like"), ("again", "once more")),
    "de": (("prüfe", "checke", "schau dir an"), ("mach", "erstelle", "schreib"), ("bitte", "mal"), ("zeig", "gib"),
           ("noch mal", "nochmal", "erneut"), ("Fehler", "Problem"), ("kannst du", "könntest du")),
    "fr": (("vérifie", "regarde", "contrôle"), ("corrige", "répare"), ("ajoute", "mets"), ("encore", "à nouveau")),
    "es": (("revisa", "comprueba", "mira"), ("arregla", "corrige"), ("añade", "agrega"), ("otra vez", "de nuevo")),
    "pt": (("verifica", "confere", "olha"), ("corrige", "arruma"), ("de novo", "outra vez")),
    "it": (("controlla", "verifica", "guarda"), ("correggi", "sistema"), ("aggiungi", "metti"), ("ancora", "di nuovo")),
}  # fmt: skip
"""Words that can stand for one another."""

_AROUND = ".,;:!?()[]{}<>'\"`*¿¡"
_FEW_WORDS = 6
_RARE = 25
DOUBTFUL = "no die me con come per pas des est la del is que para les a o os una in"
"""Marks of one language that are words, names or shell commands of another: alone, they tell nothing."""

_ALONE_NOTHING = frozenset(DOUBTFUL.split())
_MARKS = {language: frozenset(words.split()) for language, words in MARKS.items()}


@lru_cache(4096)
def language_of(text: str) -> str:
    """The language of a text by its frequent words; English where nothing tells."""
    words = [word.strip(_AROUND) for word in text[:600].lower().split()]
    scores = {language: sum(word in marks for word in words) for language, marks in _MARKS.items()}
    best = max(scores, key=lambda language: scores[language])
    if scores[best] <= scores["en"]:
        return "en"
    told = _MARKS[best].intersection(words)
    enough = len(told) > 1 if len(words) > _FEW_WORDS else bool(told - _ALONE_NOTHING)
    return best if enough and scores[best] * _RARE > len(words) else "en"
