"""Which language a person writes in, told cheaply by script and by small words; good enough to group figures by."""

import re
from collections import Counter

from traces.schema import Session

_MOST = 20_000
_LEAST = 20
_SCRIPTS = {
    "Korean": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "Japanese": re.compile("[\u3040-\u30ff]"),
    "Chinese": re.compile("[\u4e00-\u9fff]"),
    "Russian and its like": re.compile("[\u0400-\u04ff]"),
    "Arabic": re.compile("[\u0600-\u06ff]"),
    "Hebrew": re.compile("[\u0590-\u05ff]"),
    "Hindi and its like": re.compile("[\u0900-\u097f]"),
    "Thai": re.compile("[\u0e00-\u0e7f]"),
    "Greek": re.compile("[\u0370-\u03ff]"),
}
_LATIN = re.compile(r"[^\W\d_]+")
_SMALL = {
    "English": "the and is to of in that it you for not with this are have what can from please be",
    "German": "der die das und ist nicht ich ein zu mit auf für den sich auch wie bitte noch dass wir",
    "French": "le la les et est pas je un une des que pour dans ce sur avec vous du au plus",
    "Spanish": "el los las y es no un una que de por para con en se lo como más pero está",
    "Portuguese": "o os as e não um uma que de por para com em se mais mas está do da você",
    "Italian": "il gli e non un una che di per con in si più ma della sono questo anche nel",
    "Dutch": "de het een en niet ik van met op voor dat zijn ook maar bij naar nog wat dit",
    "Polish": "nie jest się na do to że i w z jak ale tak po czy już dla od za tylko",
    "Turkish": "bir ve bu için ne de da çok ile mi daha var olarak gibi ama sonra kadar şu",
    "Vietnamese": "là và của không có cho được một này với các trong những để thì đã như",
    "Indonesian": "yang dan di ini itu tidak untuk dengan ada saya dari ke akan bisa juga apa",
}
_WORDS = {name: frozenset(words.split()) for name, words in _SMALL.items()}


def language(session: Session) -> str:
    """The language of what the person asks; `unknown` where too little is said."""
    asked = [turn.text for turn in session.turns if turn.role == "user" and turn.text]
    text = " ".join(asked)[:_MOST].lower()
    words = _LATIN.findall(text)
    letters = sum(map(len, words))
    if letters < _LEAST:
        return "unknown"
    for name, script in _SCRIPTS.items():
        # A few Chinese signs say what takes a word of many letters elsewhere.
        if len(script.findall(text)) > letters * 0.2:
            return name
    counted = Counter({name: sum(word in small for word in words) for name, small in _WORDS.items()})
    [(best, hits)] = counted.most_common(1)
    return best if hits >= max(2, len(words) * 0.03) else "unknown"
