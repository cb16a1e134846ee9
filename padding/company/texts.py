"""Paragraphs that are revised until they fit, strings that are translated in blocks, mailings that are counted."""

import tomllib
from datetime import timedelta
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import Any

from padding.company.scene import Scene

_PRODUCTS = ("Feldlicht", "Ondina", "Trailbox", "Mira 3", "Kanto", "Aerio", "Solmar", "Brisk", "Lumo", "Pavo")
_REVISED = 45
_VIEWS = ("cart", "login", "invoice", "profile", "stock", "help")
_PLACES_IN_VIEWS = ("title", "hint", "button", "error")
_PLACES = ("two offices", "a bakery", "a hospital", "the north", "a school")


def copywriting(scene: Scene) -> None:
    """One paragraph, revised until it is right: each version keeps most of the one before."""
    rng, manner = scene.rng, scene.desk.manner
    known: dict[str, Any] = {
        "product": rng.choice(_PRODUCTS),
        "number": rng.randrange(2, 60),
        "grams": rng.randrange(80, 4000),
        "colleague": scene.colleague(),
        "weeks": rng.randrange(2, 20),
        "place": rng.choice(_PLACES),
        "ticket": f"M-{rng.randrange(100, 999)}",
    }
    known |= {name: scene.said(f"advert.{name}", **known) for name in ("phrase", "tone", "channel")}
    drawn = [scene.said("advert.fact", number=rng.randrange(2, 60)) for _ in range(rng.randrange(2, 8))]
    facts = list({"".join(filter(str.isalpha, fact)): fact for fact in drawn}.values())
    known["words"] = 10 * len(facts) + rng.randrange(2, 14)
    known |= {"fact": facts[0], "lead": facts.pop(0), "aside": scene.said("advert.more", **known)}
    lines = [scene.said("advert.about", **known), known["aside"], f"{known['product']}: {known['phrase']}."]
    scene.ask("copy.ask", **known)
    scene.step("copy.first", **(known | {"text": " ".join(lines)}))
    while (act := _wish(lines, facts, known)) and len(scene.desk.turns) < _REVISED:
        scene.ask(act, **(known | {"fact": known["lead"]} if act == "copy.front" else known))
        _revised(scene, act, lines, known)
        scene.step("copy.next", **(known | {"text": " ".join(lines)}))
    scene.ask("copy.take", **known)
    known["count"] = len(" ".join(lines).split())
    scene.step("", manner.ask("documents", "file", {"reference": known["ticket"], "text": " ".join(lines)}, "stored"))
    scene.step("copy.kept", **known)


def _wish(lines: list[str], facts: list[str], known: dict[str, Any]) -> str:
    """What is still wrong with the paragraph; empty where nothing is. `facts` are those not asked for yet."""
    known["count"] = len(" ".join(lines).split())
    if any(known["phrase"] in line for line in lines):
        return "copy.plain"
    if known["count"] > known["words"] and len(lines) > 2:
        return "copy.long"
    if facts:
        known["fact"] = facts.pop(0)
        return "copy.add"
    return "copy.front" if known["lead"] not in lines[0] else ""


def _revised(scene: Scene, act: str, lines: list[str], known: dict[str, Any]) -> None:
    """The paragraph as it was asked for; each change is one that stays."""
    if act == "copy.plain":
        lines[:] = [line for line in lines if known["phrase"] not in line]
    elif act == "copy.add":
        lines.insert(scene.rng.randrange(len(lines) + 1), scene.said("advert.about", **known))
    elif act == "copy.long":
        lines.pop(next((place for place, line in enumerate(lines) if known["aside"] == line), len(lines) - 1))
    else:
        lines[:] = sorted(lines, key=lambda line: known["lead"] not in line)


def strings(scene: Scene) -> None:
    """An application's strings, block by block, with a glossary, doubts, and a build at the end."""
    rng, manner = scene.rng, scene.desk.manner
    target = rng.choice(sorted(_glossary()))
    words = _glossary()[target]
    size, blocks = rng.choice((8, 10, 12)), rng.randrange(3, 10)
    keys = [f"{rng.choice(_VIEWS)}.{rng.choice(_PLACES_IN_VIEWS)}_{number}" for number in range(size * blocks)]
    term = rng.choice(sorted(words))
    known: dict[str, Any] = {
        "file": f"app_{rng.randrange(10, 99)}.po",
        "count": len(keys),
        "batch": size,
        "warnings": 1,
    }
    known |= {"target": target, "term": term, "fixed": words[term], "key2": rng.choice(keys[3:]), "hash": scene.hash()}
    scene.ask("strings.ask", **known)
    glossary = "\n".join(f"{one},{words[one]}" for one in sorted(words))
    scene.step("strings.start", manner.read("glossary.csv", glossary), **known)
    for block in range(blocks):
        last = _translated(scene, known, keys[block * size : (block + 1) * size], block)
        if block == 1:
            known |= {
                "key": keys[2 * size - 1],
                "source": last,
                "a": words[last],
                "b": words[rng.choice(sorted(words))],
            }
            scene.step("strings.query", **known)
            scene.ask("strings.decide", **known)
    folder, warning = target.lower(), f"{len(keys)} strings, 1 warning: {known['key2']}"
    scene.step("", manner.run(f"check-strings {folder}", warning, "Check placeholders", True))
    scene.step("strings.done", **known)
    if rng.random() < 0.6:
        scene.ask("strings.fix", **known)
        file = f"{folder}/{known['file']}.{keys.index(known['key2']) // size}"
        scene.step("", manner.edit(file, known["key2"], f"{known['key2']} {{count}}"))
    else:
        scene.ask("strings.leave", **known)
    scene.step("", manner.run("make strings", f"{target}: 100 % ({len(keys)})", "Build", seconds=9))
    scene.step("strings.built", **known)


def _translated(scene: Scene, known: dict[str, Any], keys: list[str], block: int) -> str:
    """Reads a block and writes its translation; gives the block's last text."""
    rng, manner, words = scene.rng, scene.desk.manner, _glossary()[known["target"]]
    first = block * known["batch"]
    texts = [rng.choice(sorted(words)) for _ in keys]
    numbered = list(enumerate(zip(keys, texts, strict=True), first))
    lines = "\n".join(f'msgid "{key}|{text} {number}"' for number, (key, text) in numbered)
    done = "\n".join(f'msgid "{key}"\nmsgstr "{words[text]} {number}"' for number, (key, text) in numbered)
    scene.step("strings.batch", manner.read(known["file"], lines, first + 1), **(known | {"done": first + len(keys)}))
    scene.step("", manner.write(f"{known['target'].lower()}/{known['file']}.{block}", done))
    return texts[-1]


def campaign(scene: Scene) -> None:
    """A mailing is counted, and the count is doubted."""
    rng, manner = scene.rng, scene.desk.manner
    sent = rng.randrange(900, 60_000)
    rate, rate2 = round(rng.uniform(12, 44), 1), round(rng.uniform(12, 44), 1)
    opened = round(sent * rate / 100)
    clicks = round(opened * rng.uniform(0.03, 0.3)) + 5
    known: dict[str, Any] = {
        "product": rng.choice(_PRODUCTS),
        "channel": rng.choice(("list A", "list B", "all customers")),
        "day": f"{scene.desk.now - timedelta(days=rng.randrange(2, 30)):%d %B}",
        "sent": sent,
        "opened": opened,
        "rate": rate,
        "rate2": rate2,
        "clicks": clicks,
        "clicks2": clicks + rng.randrange(5, 90),
        "part": rng.choice(("the northern list", "the app users", "new customers", "dealers")),
        "pvalue": clicks // 2 + 2,
        "margin": round(196 * sqrt(rate / 100 * (1 - rate / 100) / sent), 2),
        "colleague": scene.colleague(),
    }
    scene.ask("campaign.ask", **known)
    table = f"sent\topened\tclicks\n{sent}\t{opened}\t{clicks}\nprevious\t{rate2} %"
    scene.step("", manner.ask("mailing", "report", {"product": known["product"], "day": known["day"]}, table, 1.5))
    scene.step("campaign.answer", **known)
    if rng.random() < 0.7:
        scene.ask("campaign.doubt", **known)
        scene.step("campaign.real" if abs(rate - rate2) > 1.5 * known["margin"] else "campaign.chance", **known)
    if rng.random() < 0.7:
        scene.ask("campaign.why", **known)
        segments = f"{known['part']}\t{known['pvalue']}\nothers\t{clicks - known['pvalue']}"
        scene.step("", manner.ask("mailing", "segments", {"product": known["product"], "by": "list"}, segments))
        scene.step("campaign.because", **known)
    scene.ask("campaign.use", **known)
    scene.step("campaign.written", **known)


@cache
def _glossary() -> dict[str, dict[str, str]]:
    return tomllib.loads((files(__package__) / "glossary.toml").read_text("utf-8"))
