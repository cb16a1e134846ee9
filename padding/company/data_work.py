"""Numbers that look wrong and are traced to their cause, texts that are labelled, campaigns that are counted."""

from collections import Counter
from datetime import timedelta
from typing import Any

from padding.company.scene import Scene

_METRICS = (
    "revenue",
    "active accounts",
    "refund rate",
    "orders",
    "churn",
    "sign-ups",
    "average basket",
    "open tickets",
)
_DIMS = {
    "country": ("AT", "DE", "FR", "ES", "PL", "NL"),
    "channel": ("app", "web", "phone", "partner"),
    "plan": ("free", "team", "plus", "legacy"),
    "warehouse": ("north", "south", "port", "airfield"),
}
_LABELS = ("refund", "delay", "damage", "praise", "login", "invoice", "cancel", "question")
_THINGS = ("where is {} since {} days", "{} was charged twice, order {}", "great service with my {} number {}",
           "{} arrived broken, box {}", "cannot log in since {} {}", "please cancel {} {}",
           "invoice for {} is missing, customer {}", "does {} also work with model {}")  # fmt: skip
_NOUNS = ("parcel", "lamp", "bicycle", "subscription", "chair", "course", "voucher", "sensor", "jacket", "router")


def anomaly(scene: Scene) -> None:
    """A number that looks wrong, split until it shows where it comes from, corrected and checked."""
    known = _wrong_number(scene)
    scene.ask("anomaly.ask", **known)
    _split(scene, known)
    scene.ask("anomaly.go", **known)
    rng, manner, model, day = scene.rng, scene.desk.manner, known["model"], known["day"]
    key = f"on facts.id = raw.id and facts.{known['column']} = raw.{known['column']}"
    run = manner.run(f"pipeline run {model} --day {day}", f"1 of 1 OK, {known['distinct']} rows", "Rerun", seconds=25)
    scene.step("anomaly.run", manner.edit(model, "on facts.id = raw.id", key), run, **known)
    sql = f"select sum(value) from metrics where day = '{day}'"  # noqa: S608 - never run
    scene.step("", manner.ask("warehouse", "run_query", {"sql": sql}, f"sum\n{known['fixed']}"))
    scene.step("anomaly.check", **known)
    scene.ask("anomaly.rest", **known)
    days = known["days"]
    output = "\n".join(f"day {number + 1}/{days} OK {rng.randrange(100, 9000)} rows" for number in range(days))
    scene.step("", manner.run(f"pipeline run {model} --from {known['move']}", output, "Backfill", seconds=12 * days))
    scene.step("anomaly.done", **known)


def _wrong_number(scene: Scene) -> dict[str, Any]:
    rng = scene.rng
    dim = rng.choice(sorted(_DIMS))
    usual = rng.randrange(2_000, 90_000)
    dupes = rng.randrange(150, usual // 3 + 200)
    rows = rng.randrange(dupes + 500, dupes + 40_000)
    table = f"{rng.choice(('daily', 'facts', 'merged', 'clean'))}_{rng.choice(scene.repo.things)}"
    seen = scene.desk.now.date() - timedelta(days=rng.randrange(1, 8))
    days = rng.randrange(3, 26)
    return {
        "metric": rng.choice(_METRICS),
        "day": str(seen),
        "move": str(seen - timedelta(days=days)),
        "days": days,
        "usual": usual,
        "value": usual + dupes,
        "fixed": usual + rng.randrange(-40, 40),
        "percent": round(100 * dupes / usual),
        "dim": dim,
        "part": rng.choice(_DIMS[dim]),
        "pvalue": usual // 3 + dupes,
        "pusual": usual // 3,
        "rows": rows,
        "distinct": rows - dupes,
        "dupes": dupes,
        "column": rng.choice(scene.repo.fields),
        "model": f"models/{scene.repo.domain}/{table}.sql",
        "total": dupes * rng.randrange(3, 20),
        "team": scene.team(),
        "colleague": scene.colleague(),
    }


def _split(scene: Scene, known: dict[str, Any]) -> None:
    """By one dimension, then by the load of the part that stands out, to the cause."""
    rng, manner, dim, part = scene.rng, scene.desk.manner, known["dim"], known["part"]
    others = {one: rng.randrange(90, 9000) for one in _DIMS[dim] if one != part}
    rows = {one: (count, count + rng.randrange(-9, 9)) for one, count in others.items()}
    rows[part] = (known["pusual"], known["pvalue"])
    table = "\n".join([f"{dim}\tlast_week\t{known['day']}", *(f"{one}\t{a}\t{b}" for one, (a, b) in rows.items())])
    sql = f"select {dim}, sum(value) from metrics where metric = '{known['metric']}' group by {dim}"  # noqa: S608
    query = manner.ask("warehouse", "run_query", {"sql": sql}, table, 2)
    scene.step("anomaly.first", query, thought="anomaly.think", **known)
    scene.step("anomaly.split", **known)
    scene.ask("anomaly.hint", **known)
    raw = f"raw.{part.lower()}"
    sql = f"select count(*), count(distinct id) from {raw} where day = '{known['day']}'"  # noqa: S608 - never run
    loaded = f"count\tdistinct\n{known['rows']}\t{known['distinct']}"
    scene.step("", manner.ask("warehouse", "run_query", {"sql": sql}, loaded, 3))
    text = f"merge into facts using {raw}\non facts.id = raw.id\nwhen matched then update"
    scene.step("anomaly.load", manner.read(known["model"], text), **known)
    scene.step("anomaly.cause", thought="anomaly.think", **known)


def labelling(scene: Scene) -> None:
    """Texts are labelled batch by batch; a hard one is asked about, and the result is used."""
    rng, manner = scene.rng, scene.desk.manner
    labels = rng.sample(_LABELS, rng.randrange(3, 6))
    batches, size = rng.randrange(3, 11), rng.choice((10, 15, 20, 25))
    file = f"{rng.choice(('mails', 'chats', 'reviews', 'calls'))}_{rng.randrange(100, 999)}"
    known: dict[str, Any] = {"things": "texts", "labels": ", ".join(labels), "a": labels[0], "b": labels[1]}
    known |= {"file": f"{file}.csv", "file2": f"{file}_labelled.csv", "batch": size, "count": batches * size}
    known |= {"number": rng.randrange(2, size), "number2": rng.randrange(size, batches * size)}
    scene.ask("labels.ask", **known)
    rules = "\n".join(f"- {one}: rule {rng.randrange(1, 9)}" for one in labels)
    scene.step("labels.rules", manner.read("rules.md", rules), **known)
    sums: Counter[str] = Counter()
    for batch in range(batches):
        texts, drawn = _batch(scene, known, labels, batch)
        sums.update(drawn)
        if batch == 0:
            scene.step("labels.unsure", **(known | {"sample": texts[known["number"]].split(",", 1)[1]}))
            scene.ask("labels.decide", **known)
    scene.step("labels.done", **(known | {"tally_all": ", ".join(f"{sums[name]} {name}" for name in labels)}))
    scene.ask("labels.use", **known)
    command = f"sed -i 's/^{known['number2']},.*/{known['number2']},{labels[1]}/' {known['file2']}"
    scene.step("", manner.run(command, "", "Correct one"))
    scene.step("labels.used", **known)


def _batch(scene: Scene, known: dict[str, Any], labels: list[str], batch: int) -> tuple[list[str], list[str]]:
    """Reads some texts and writes their labels."""
    rng, manner, size = scene.rng, scene.desk.manner, known["batch"]
    said = [rng.choice(_THINGS).format(rng.choice(_NOUNS), rng.randrange(2, 900)) for _ in range(size)]
    texts = [f"{number},{text}" for number, text in enumerate(said, batch * size)]
    drawn = rng.choices(labels, k=size)
    scene.step("", manner.read(known["file"], "\n".join(texts), batch * size + 1))
    lines = "\n".join(f"{number},{label}" for number, label in enumerate(drawn, batch * size))
    append = manner.run(f"tee -a {known['file2']} > /dev/null << END\n{lines}\nEND", "", "Append labels")
    tally = ", ".join(f"{drawn.count(one)} {one}" for one in labels)
    scene.step("labels.batch", append, **(known | {"done": (batch + 1) * size, "tally": tally}))
    return texts, drawn
