"""Finding and repairing faults, and tests that fail only now and then."""

from typing import Any

from padding.company.repository import Bug
from padding.company.scene import Scene


def printed(scene: Scene, path: str, failing: str = "", detail: str = "", passed: int = 0) -> str:
    """What a run of the tests prints."""
    rng = scene.rng
    seconds = f"{rng.uniform(0.4, 38):.2f}"
    if scene.repo.language == "python":
        if not failing:
            return f"{'.' * min(passed, 60)}\n{passed} passed in {seconds}s"
        return (
            f"F{'.' * min(passed, 40)}\n=================== FAILURES ===================\n___ {failing} ___\n{path}:"
            f"{rng.randrange(10, 90)}: AssertionError\nE   {detail}\n1 failed, {passed} passed in {seconds}s"
        )
    if not failing:
        return f" ✓ {path} ({passed} tests) {seconds}s\n\n Tests  {passed} passed ({passed})"
    return f" ❯ {path}\n   × {failing}\n     → {detail}\n\n Tests  1 failed | {passed} passed ({passed + 1})"


def facts(scene: Scene, bug: Bug) -> dict[str, Any]:
    """What can be said about a fault, for phrases."""
    rng = scene.rng
    expected, got = int(bug.expected), int(bug.got)
    cause = scene.said(f"bug.{bug.kind}")
    sibling = scene.repo.name_of(rng.choice(("sum", "list", "sync", "quote", "draft")), rng.choice(scene.repo.things))
    return {
        "test": bug.test,
        "path": bug.path,
        "test_path": bug.test_path,
        "function": bug.function,
        "line": bug.line,
        "expected": bug.expected,
        "got": bug.got,
        "unit": bug.unit,
        "entity": bug.entity,
        "field": bug.field,
        "cause": cause,
        "cause_cap": cause[:1].upper() + cause[1:],
        "sibling": sibling,
        "diff": abs(expected - got),
        "other": got + rng.choice((-4, -1, 4, 5)),
        "count": rng.randrange(2, 14),
        "ticket": scene.ticket(),
        "team": scene.team(),
        "colleague": scene.colleague(),
        "passed": rng.randrange(6, 410),
        "test2": f"{bug.test}_{sibling[:5]}",
        "files": rng.randrange(2, 5),
        "hash": scene.hash(),
        "branch": f"fix/{bug.entity}-{bug.field.replace('_', '-')}-{rng.randrange(10, 99)}",
    }


def repair(scene: Scene) -> None:
    """From a red test to a green one, perhaps by a detour, and what to do with the same fault elsewhere."""
    rng, repo, desk = scene.rng, scene.repo, scene.desk
    bug = repo.bug(rng)
    known = facts(scene, bug)
    manner, passed = desk.manner, known["passed"]
    red = printed(scene, bug.test_path, bug.test, f"assert {bug.got} == {bug.expected}", passed - 1)
    command = f"{repo.test_command} {bug.test_path}"
    scene.ask("repair.ask", red if rng.random() < 0.3 else "", **known)
    hits = [f"{bug.path}:{bug.line}:{bug.function}", f"{bug.test_path}:{rng.randrange(5, 40)}:{bug.function}"]
    scene.step("repair.look", manner.search(bug.function, "\n".join(hits)), thought="repair.think", **known)
    scene.step("repair.red", manner.run(command, red, "Run the failing test", True, rng.uniform(2, 20)), **known)
    scene.step("", manner.read(bug.path, repo.with_bug(bug)), thought="repair.think", **known)
    if rng.random() < 0.35:
        other = repo.module(rng)
        changed = bug.old.split("\n")[0]
        scene.step(
            "repair.guess", manner.edit(other, f"    {bug.function}(item)", f"    {bug.function}(item.id)"), **known
        )
        still = printed(scene, bug.test_path, bug.test, f"assert {known['other']} == {bug.expected}", passed - 1)
        scene.step("", manner.run(command, still, "Run it again", True, rng.uniform(2, 20)))
        again = manner.edit(other, f"    {bug.function}(item.id)", f"    {bug.function}(item)")
        scene.step("repair.still", again, manner.read(bug.path, changed, bug.line), **known)
    scene.step("repair.cause", manner.edit(bug.path, bug.old, bug.new), **known)
    green = manner.run(
        command, printed(scene, bug.test_path, passed=passed), "Run the test", seconds=rng.uniform(2, 20)
    )
    scene.step("", green)
    if rng.random() < 0.5:
        everything = printed(scene, "tests", passed=passed + rng.randrange(20, 300))
        scene.step("", manner.run(repo.test_command, everything, "Run all tests", seconds=rng.uniform(10, 90)))
    scene.step("repair.done", **known)
    _sibling(scene, bug, known)
    if rng.random() < 0.75:
        scene.ask("repair.commit", **known)
        message = f"{known['ticket']}: {bug.kind.replace('_', ' ')} of {bug.field} in {bug.function}"
        scene.step("", scene.commit(message, known))
        scene.step("repair.committed", **known)


def _sibling(scene: Scene, bug: Bug, known: dict[str, Any]) -> None:
    rng, manner = scene.rng, scene.desk.manner
    if rng.random() < 0.3:
        scene.ask("repair.no", **known)
        remark = f"    # as it is: {known['team']} needs {bug.field}"
        scene.step("", manner.edit(bug.path, bug.new, f"{remark}\n{bug.new}"))
        scene.step("repair.comment", **known)
        return
    scene.ask("repair.yes", **known)
    if rng.random() < 0.4:
        scene.step("repair.why", thought="repair.think", **known)
    other = scene.repo.module(rng)
    scene.step("", manner.read(other, scene.repo.source(other)))
    scene.step("", manner.edit(other, bug.old, bug.new), manner.edit(bug.test_path, bug.test, known["test2"]))
    green = printed(scene, bug.test_path, passed=known["passed"] + 1)
    run = f"{scene.repo.test_command} {bug.test_path}"
    scene.step("", manner.run(run, green, "Run the tests", seconds=rng.uniform(2, 15)))
    scene.step("repair.also", **(known | {"passed": known["passed"] + 1}))


def flaky(scene: Scene) -> None:
    """The same test again and again, with other seeds, until it fails and the reason is found."""
    rng, repo, manner = scene.rng, scene.repo, scene.desk.manner
    bug = repo.bug(rng)
    rate, seed, runs = rng.randrange(4, 15), rng.randrange(10_000, 99_999), rng.randrange(20, 80)
    known = facts(scene, bug) | {"rate": rate, "rate0": 100 // rate, "seed": seed, "runs": runs}
    known["other_test"] = f"test_{rng.choice(('import', 'delete', 'merge'))}_{bug.entity}_first"
    scene.ask("flaky.ask", **known)
    scene.step("", manner.read(bug.test_path, repo.source(bug.test_path)), thought="repair.think", **known)
    _retried(scene, bug, known)
    path = "tests/conftest.py" if repo.language == "python" else "tests/setup.ts"
    scene.step("flaky.cause", manner.read(path, repo.source(path)), **known)
    store = f"{bug.entity}_store"
    scene.step("", manner.edit(path, f"    yield {store}", f"    yield {store}\n    {store}.clear()"))
    loop = f"for s in $(seq {runs}); do {repo.test_command} {bug.test_path} --seed $s || break; done"
    scene.step("", manner.run(loop, f"{runs} runs, 0 failures", "Many seeds", seconds=runs * 2.5))
    scene.step("flaky.done", **(known | {"path": path}))
    stays = rng.random() < 0.4
    scene.ask("flaky.no" if stays else "flaky.yes", **known)
    edits = [] if stays else [manner.edit(".ci/pipeline.yml", "  retry: 2", "  retry: 0")]
    scene.step("", *edits, scene.commit(f"clean {store} between tests", known))
    scene.step("flaky.kept" if stays else "flaky.out", **known)


def _retried(scene: Scene, bug: Bug, known: dict[str, Any]) -> None:
    """Runs until one fails, then the failing seed without the other tests."""
    rng, manner = scene.rng, scene.desk.manner
    command, caught = f"{scene.repo.test_command} {bug.test_path} --seed", rng.randrange(3, 10)
    wrong, spent = f"assert {bug.got} == {bug.expected}", 0.0
    for run in range(1, caught + 1):
        fails = run == caught
        trial = known["seed"] if fails else rng.randrange(10_000, 99_999)
        output = printed(scene, bug.test_path, bug.test if fails else "", wrong, rng.randrange(9, 30))
        use = manner.run(f"{command} {trial}", output, "", fails, rng.uniform(3, 30))
        scene.step("flaky.again" if run > 1 else "", use, run=run - 1, seconds=f"{spent:.1f}", **known)
        spent = use.seconds
    alone = printed(scene, bug.test_path, passed=1)
    use = manner.run(f"{command} {known['seed']} -k {bug.test}", alone, "Alone", seconds=3)
    scene.step("flaky.caught", use, run=caught, **known)
