"""Customers who wait for an answer, and contracts that are read with questions in mind."""

from datetime import timedelta
from typing import Any

from padding.company.scene import Scene

_ITEMS = ("lamp L{}", "bicycle bag {}", "router R{}", "desk D{}", "coat {}", "kettle K{}", "tent T{}", "camera C{}")
_RISKS = ("late delivery", "loss of data", "damage in transport", "defects", "breach of secrecy", "third-party claims")
_KINDS = ("supply contract", "lease", "service agreement", "licence", "cooperation agreement")
_FIRMS = ("Nordhafen", "Belmonte", "Quellwerk", "Arbolia", "Seventhline", "Tavira", "Ostermoor", "Lumigrano")
_CONTRACT_QUESTIONS = (
    ("contract.doubt", "contract.compared"),
    ("contract.notice", "contract.precise"),
    ("contract.annex", "contract.open"),
)
_CLAUSES = (
    "The supplier delivers within {} days of the order. Delay of more than {} days gives the right to withdraw.",
    "Liability for {} is limited to {} per event, except for intent and gross negligence.",
    "Either party may end this contract with {} months' notice to the end of a quarter; notice under {} is void.",
    "Prices follow annex {}. They may be changed once a year by at most {} per cent.",
    "Both parties keep secret what they learn, for {} years after the end; clause {} remains unaffected.",
    "Invoices are due within {} days. After {} days, interest is charged.",
    "Changes need written form. This holds for clause {} as well, and for annex {}.",
    "The place of jurisdiction is the seat of the {}. Clause {} applies to consumers.",
)


def support(scene: Scene) -> None:
    """A customer's ticket: what is known, what the rule says, a draft that is changed, and what came of it."""
    rng, manner = scene.rng, scene.desk.manner
    known = _order(scene)
    ticket, order = known["ticket"], known["order"]
    scene.ask("support.ask", **known)
    looked = manner.ask("tickets", "get_ticket", {"id": ticket}, f"{ticket}\n{known['problem']}")
    scene.step("", looked, manner.ask("shop", "get_order", {"id": order}, _record(scene, known)))
    scene.step("support.found", **known)
    scene.ask("support.choose", **known)
    rules = f"{known['section']} up to {known['limit']}: without approval\n{known['section']}.1 above: team lead"
    scene.step("", manner.ask("documents", "search", {"query": f"goodwill {known['amount']}"}, rules))
    scene.step("support.rule", **(known | {"draft": scene.said("letter.draft", **known)}))
    for _ in range(rng.randrange(0, 4)):
        scene.ask("support.revise", **known)
        draft = scene.said(rng.choice(("letter.draft", "letter.short")), **known)
        scene.step("support.final", **(known | {"draft": draft}))
    scene.ask("support.send", **known)
    answer = {"id": ticket, "status": "waiting", "reference": known["ref"]}
    scene.step("", manner.ask("tickets", "reply", answer, "sent"))
    scene.step("support.sent", **known)
    if scene.phrases.language == "en" and rng.random() < 0.3:
        scene.desk.wait(rng.uniform(600, 5000))
        scene.ask("support.later", **(known | {"reply": scene.said("letter.reply", **known)}))
        scene.step("", manner.ask("tickets", "update", {"id": ticket, "status": "solved"}, "updated"))
        scene.step("support.settled", **known)


def _order(scene: Scene) -> dict[str, Any]:
    rng, today = scene.rng, scene.desk.now.date()
    amount = rng.randrange(900, 24_000) / 100
    known: dict[str, Any] = {
        "item": rng.choice(_ITEMS).format(rng.randrange(2, 90)),
        "order": f"{rng.choice('ABCDEFGH')}{rng.randrange(10**5, 10**6)}",
        "ticket": f"T-{rng.randrange(10**4, 10**5)}",
        "amount": f"{amount:.2f} EUR",
        "name": scene.colleague(),
        "date": f"{today - timedelta(days=rng.randrange(5, 60)):%d/%m}",
        "date2": f"{today + timedelta(days=rng.randrange(2, 12)):%d/%m}",
        "events": rng.randrange(2, 9),
        "section": f"{rng.randrange(2, 9)}.{rng.randrange(1, 6)}",
        "limit": f"{(int(amount) // 50 + 1) * 50} EUR",
        "ref": f"R{rng.randrange(10**6, 10**7)}",
        "number": rng.randrange(2, 400),
    }
    known["problem"] = scene.said("letter.problem", **known)
    known["status"], known["event"] = scene.said("letter.status"), scene.said("letter.event", **known)
    return known


def _record(scene: Scene, known: dict[str, Any]) -> str:
    """What the shop has of the order."""
    rng = scene.rng
    told = {"order": "order", "customer": "name", "item": "item", "amount": "amount", "status": "status"}
    before = [scene.said("letter.event", number=rng.randrange(2, 400)) for _ in range(known["events"] - 1)]
    lines = [f"{name} {known[key]}" for name, key in told.items()]
    return "\n".join([*lines, *(f"{rng.randrange(1, 28):02}. {event}" for event in before), known["event"]])


def contract(scene: Scene) -> None:
    """A long draft, pasted, with specific questions whose answers decide what goes back."""
    rng, manner = scene.rng, scene.desk.manner
    known = _draft(scene)
    text = _clauses(scene, known["last"])
    if manner.format == "otel" or rng.random() < 0.6:
        scene.ask("contract.ask", text, **known)
    else:
        scene.ask("contract.ask", **known)
        scene.step("", manner.read(f"contracts/{known['partner'].lower()}_{known['ref']}.txt", text))
    scene.step("contract.answer", thought="contract.precise", **known)
    for ask, answer in rng.sample(_CONTRACT_QUESTIONS, rng.randrange(1, 4)):
        scene.ask(ask, **known)
        if ask == "contract.doubt":
            found = f"{known['other']}, {known['year']}, clause {known['c4']}: limited to {known['cap2']} per year"
            query = {"query": f"{known['other']} liability {known['risk']}"}
            scene.step("", manner.ask("documents", "search", query, found, 1.5))
        scene.step(answer, **known)
    scene.ask("contract.take", **known)
    scene.step("contract.redline", **known)
    if rng.random() < 0.7:
        scene.ask("contract.file", **known)
        place = {"reference": known["ref"], "reader": known["colleague"]}
        scene.step("", manner.ask("documents", "file", place, "filed"))
        scene.step("contract.filed", **known)


def _draft(scene: Scene) -> dict[str, Any]:
    rng = scene.rng
    c1, c2, c3, c4 = sorted(rng.sample(range(2, 30), 4))
    low, high = sorted(rng.sample(range(5, 200), 2))
    partner, other = rng.sample(_FIRMS, 2)
    risk = rng.choice(_RISKS)
    return {
        "kind": rng.choice(_KINDS),
        "partner": partner,
        "other": other,
        "risk": risk,
        "risk_cap": risk.capitalize(),
        "count": 3,
        "c1": f"{c1}.2",
        "c2": f"{c2}.1",
        "c3": c3,
        "c4": f"{c4}.3",
        "last": max(c4 + 1, 12),
        "cap": f"{high}0,000 EUR",
        "cap2": f"{low}0,000 EUR",
        "months": rng.choice((4, 5, 6, 9, 12)),
        "standard": 3,
        "year": scene.desk.now.year - rng.randrange(1, 7),
        "day": rng.choice(("monday", "thursday")),
        "end": f"{rng.choice(('March', 'June', 'September'))} {scene.desk.now.year + 1}",
        "colleague": scene.colleague(),
        "ref": f"V-{rng.randrange(1000, 9999)}",
    }


def _clauses(scene: Scene, last: int) -> str:
    """The draft's text."""
    rng = scene.rng
    sections = []
    for number in range(1, rng.randrange(last, 34)):
        said = [
            rng.choice(_CLAUSES).format(rng.randrange(3, 60), rng.randrange(2, 99)) for _ in range(rng.randrange(2, 5))
        ]
        sections.append("\n".join([f"§ {number}", *(f"{number}.{part} {text}" for part, text in enumerate(said, 1))]))
    return "\n\n".join(sections)
