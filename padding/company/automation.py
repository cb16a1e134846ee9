"""Agents that nobody types to and that are worth their tokens: reviews in CI, on-call checks, evaluation harnesses."""

from typing import Any

from padding.company.coding import facts, printed
from padding.company.operations import KINDS
from padding.company.scene import Scene

_SUITES = ("arithmetic", "dates", "routing", "units", "extraction")


def ci_review(scene: Scene) -> None:
    """A pull request, reviewed and answered with a comment or an approval."""
    rng, repo, manner, desk = scene.rng, scene.repo, scene.desk.manner, scene.desk
    bug = repo.bug(rng)
    paths = [bug.path, *repo.modules(rng, rng.randrange(1, 5))]
    known = facts(scene, bug) | {
        "number": rng.randrange(100, 4000),
        "name": repo.name,
        "files": len(paths),
        "plus": rng.randrange(4, 400),
        "minus": rng.randrange(0, 200),
    }
    desk.prompt(scene.said("ci.task", **known))
    diff = "\n".join(f"diff --git a/{path} b/{path}\n@@ -{rng.randrange(1, 90)} @@\n+{bug.old}" for path in paths)
    scene.step("ci.read", manner.run(f"git diff origin/main...pr-{known['number']}", diff, "The change"))
    for path in paths:
        scene.step("", manner.read(path, repo.with_bug(bug) if path == bug.path else repo.source(path)))
    faulty = rng.random() < 0.4
    output = printed(
        scene,
        bug.test_path,
        bug.test if faulty else "",
        f"assert {bug.got} == {bug.expected}",
        known["passed"],
    )
    scene.step(
        "",
        manner.run(f"{repo.test_command} {bug.test_path}", output, "Tests of the change", faulty, rng.uniform(3, 40)),
    )
    verdict = scene.said("ci.defect" if faulty else "ci.clean", **known)
    action = f"review pr-{known['number']} --{'request-changes' if faulty else 'approve'}"
    scene.step("", manner.run(action, "posted", "Post the review"))
    desk.step(verdict)


def oncall(scene: Scene) -> None:
    """A check on a timer: mostly nothing, now and then something that it acts on."""
    rng, manner, desk = scene.rng, scene.desk.manner, scene.desk
    alert, error, *_ = rng.choice(KINDS)
    service = f"{scene.repo.domain}-{rng.choice(('api', 'worker'))}"
    known: dict[str, Any] = {"team": scene.teams[0], "checks": rng.randrange(20, 90), "age": rng.randrange(2, 400)}
    known |= {"alert": alert, "service": service, "clock": f"{desk.now:%H:%M}", "node": f"node-{rng.randrange(2, 40)}"}
    known |= {"count": rng.randrange(40, 900), "rest": rng.randrange(0, 4), "channel": f"ops-{scene.teams[0]}"}
    known["ticket"] = f"OPS-{rng.randrange(100, 9000)}"
    desk.prompt(scene.said("oncall.task", **known))
    firing = rng.random() < 0.35
    quiet = f"0 of {known['checks']} firing, age {known['age']}"
    listing = f"{alert} {service} {known['node']} since {known['clock']}" if firing else quiet
    scene.step("", manner.ask("alerts", "list", {"team": known["team"]}, listing))
    if firing:
        _acted(scene, known, error)
    else:
        scene.step("oncall.quiet", **known)


def _acted(scene: Scene, known: dict[str, Any], error: str) -> None:
    """By the runbook: logs, a restart, a watch over the errors, and word to those who should know."""
    rng, manner, service = scene.rng, scene.desk.manner, known["service"]
    logs = "\n".join(f"{known['node']} {error} id={rng.randrange(10**6)}" for _ in range(rng.randrange(4, 20)))
    scene.step("oncall.acts", manner.run(f"logs {service} --since 30m", logs, "Logs", seconds=2), **known)
    restart = f"deploy restart {service} --node {known['node']}"
    scene.step("", manner.run(restart, f"{service} restarted", "Restart", seconds=15))
    left = known["count"]
    while left > known["rest"]:
        left = max(known["rest"], left // rng.randrange(3, 12) - 1)
        query = {"expr": f"{service}.errors", "range": "5m"}
        scene.step("", manner.ask("metrics", "query", query, str(left), 30))
    scene.step("", manner.ask("chat", "post", {"channel": known["channel"], "ticket": known["ticket"]}, "posted"))
    scene.step("oncall.acted", **known)


def evaluation(scene: Scene) -> None:
    """One case of a suite: the same frame each time, another question, an answer that is scored."""
    rng, manner, desk = scene.rng, scene.desk.manner, scene.desk
    suite, a, b = rng.choice(_SUITES), rng.randrange(12, 9000), rng.randrange(3, 97)
    thing, field = rng.choice(scene.repo.things), rng.choice(scene.repo.fields)
    known: dict[str, Any] = {
        "number": rng.randrange(1, 400),
        "total": 400,
        "suite": suite,
        "shape": rng.choice(("number", "word", "JSON object")),
        "question": f"A {thing} has {field} {a}, {b} others have {a % b + 1} each. What is the sum?",
        "answer": a + b * (a % b + 1),
    }
    desk.prompt(scene.said("evaluation.task", **known))
    for _ in range(rng.randrange(0, 4)):
        command = f"python -c 'print({a} + {b} * {a % b + 1})'"
        scene.step("evaluation.work", manner.run(command, str(known["answer"]), "Compute"))
    scene.step("evaluation.answer", **known)
