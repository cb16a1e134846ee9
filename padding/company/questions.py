"""Explaining code, looking over somebody's change, and short questions with an error of one's own."""

from padding.company.coding import facts, printed
from padding.company.delegation import delegated
from padding.company.scene import Scene


def explain(scene: Scene) -> None:
    """Somebody wants to understand something; nothing is changed but a page of notes, perhaps."""
    rng, repo, manner = scene.rng, scene.repo, scene.desk.manner
    bug = repo.bug(rng)
    paths = repo.modules(rng, 3)
    count = rng.randrange(3, 12)
    known = facts(scene, bug) | {
        "path": paths[0],
        "path2": paths[1],
        "path3": paths[2],
        "count": count,
        "others": count - 1,
        "default": rng.choice((0, 1, 7, 14, 30, 90, 250)),
        "months": rng.randrange(2, 30),
        "lines": rng.randrange(6, 11),
    }
    scene.ask("explain.ask", **known)
    hits = [f"{path}:{rng.randrange(5, 90)}:    {bug.function}({bug.entity})" for path in rng.choices(paths, k=count)]
    listing, sought = "\n".join(hits), known | {"old": bug.function, "hits": count}
    looked = delegated(scene, listing, paths, sought, 0.3)
    said = "delegate.say" if looked else ""
    scene.step(said, looked or manner.search(bug.function, listing), thought="repair.think", **sought)
    for path in paths[: rng.randrange(2, 4)]:
        scene.step("", manner.read(path, repo.source(path)))
    scene.step("explain.answer", **known)
    for which in rng.sample("abc", rng.randrange(1, 4)):
        scene.ask(f"explain.follow_{which}", **known)
        if which == "b":
            log = f"{known['hash']} {bug.entity}: default {bug.field} ({known['default']})"
            scene.step("", manner.run(f"git log --oneline -S{bug.field} -- {paths[0]}", log, "History of the default"))
        elif rng.random() < 0.6:
            path = paths[2] if which == "a" else paths[0]
            scene.step("", manner.read(path, repo.source(path), known["line"]))
        scene.step(f"explain.deeper_{which}", **known)
    if rng.random() < 0.6:
        scene.ask("explain.thanks", **known)
        table = "\n".join(f"| {hit.split(':')[0]} | {hit.split(':')[1]} | {bug.field} |" for hit in hits)
        page = f"docs/{bug.entity}.md"
        scene.step("", manner.write(page, f"# {bug.entity}: {bug.field}\n\n{table}"))
        scene.step("explain.written", **(known | {"table": table}))


def review(scene: Scene) -> None:
    """A colleague's change is looked over; a finding is doubted, proved, and taken over."""
    rng, repo, manner = scene.rng, scene.repo, scene.desk.manner
    bug = repo.bug(rng)
    second = repo.module(rng)
    known = facts(scene, bug) | {
        "path2": second,
        "number": rng.randrange(40, 2400),
        "count": 3,
        "better": repo.name_of("resolve", bug.entity),
    }
    scene.ask("review.ask", **known)
    diff = f"diff --git a/{bug.path} b/{bug.path}\n@@ -{bug.line},4 +{bug.line},6 @@\n" + "\n".join(
        f"+{line}" for line in bug.old.split("\n")
    )
    scene.step("", manner.run(f"git diff main...{known['branch']}", f"{diff}\n{repo.source(second)}", "See the change"))
    scene.step(
        "",
        manner.read(bug.path, repo.with_bug(bug)),
        manner.read(second, repo.source(second)),
        thought="repair.think",
        **known,
    )
    scene.step("review.findings", **known)
    scene.ask("review.doubt", **known)
    output = f"assert {bug.got} == {bug.expected}"
    trial = f"{repo.test_command} {bug.test_path} -k {bug.test}"
    scene.step(
        "",
        manner.write(bug.test_path, f"{bug.test}:\n    {output}"),
        manner.run(trial, printed(scene, bug.test_path, bug.test, output, 3), "", True, 3),
    )
    scene.step("review.proof", **(known | {"output": output}))
    scene.ask("review.agree", **known)
    scene.step("", manner.edit(bug.path, bug.old, bug.new))
    scene.step("", manner.run(trial, printed(scene, bug.test_path, passed=4), seconds=3))
    scene.step("review.fixed", **known)


def quick(scene: Scene) -> None:
    """A short question with an error of one's own; the answer is tried, and perhaps it was not the whole answer."""
    rng, repo, manner = scene.rng, scene.repo, scene.desk.manner
    bug = repo.bug(rng)
    known = facts(scene, bug) | {
        "setting": f"{bug.entity.upper()}_{bug.field.upper()}",
        "number": rng.randrange(2, 900),
    }
    code = bug.old.strip().splitlines()[0]
    trace = f"{bug.path}:{bug.line} in {bug.function}\n  {code}\n{known['setting']} is not set ({known['number']})"
    scene.ask("quick.ask", trace if rng.random() < 0.5 else "", **known)
    if rng.random() < 0.7:
        found = f".env.example:{rng.randrange(2, 60)}:{known['setting']}={known['number']}"
        scene.step("", manner.search(known["setting"], found), thought="repair.think", **known)
    scene.step("quick.answer", **known)
    if rng.random() < 0.6:
        scene.ask("quick.tried", **known)
        scene.step("quick.rest", **known)
