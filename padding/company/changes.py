"""Building something new, and changing the same thing in many files."""

from typing import Any

from padding.company.coding import facts, printed
from padding.company.delegation import delegated
from padding.company.repository import Bug
from padding.company.scene import Scene

_NEW = ("channel", "source", "region", "priority", "consent", "origin", "partner", "batch", "reason", "season")


def feature(scene: Scene) -> None:
    """A new field from model to interface, with the tests first."""
    rng, repo, manner = scene.rng, scene.repo, scene.desk.manner
    bug = repo.bug(rng)
    first, second = repo.modules(rng, 2)
    new = f"{rng.choice(_NEW)}_{rng.choice(('code', 'kind', 'name', 'note'))}"
    known = facts(scene, bug) | {"new": new, "path": first, "path2": second, "count": rng.randrange(20, 9000)}
    scene.ask("feature.ask", **known)
    places: dict[str, Any] = {"old": bug.field, "line": bug.line, "hits": rng.randrange(4, 30)}
    listing = "\n".join(
        f"{rng.choice((first, second))}:{rng.randrange(3, 90)}:    {bug.field}" for _ in range(places["hits"])
    )
    if looked := delegated(scene, listing, [first, second, *repo.modules(rng, 3)], known | places, 0.25):
        scene.step("delegate.say", looked, **(known | places))
    scene.step("", manner.read(first, repo.source(first)), manner.read(second, repo.source(second)))
    if rng.random() < 0.5:
        query = f"select count(*) from {bug.entity}s where {bug.field} is not null"  # noqa: S608 - never run
        scene.step("", manner.ask("warehouse", "run_query", {"sql": query}, f"count\n{known['count']}"))
    scene.step("feature.plan", thought="repair.think", **known)
    scene.ask("feature.answer", **known)
    _built(scene, bug, known)
    if rng.random() < 0.6:
        scene.ask("feature.more", **known)
        scene.step("", manner.edit(second, f"{bug.field}=None", f"{bug.field}=None, {new}=None"))
        everything = printed(scene, "tests", passed=known["passed"] + 1)
        scene.step("", manner.run(repo.test_command, everything, "Run all tests", seconds=rng.uniform(8, 60)))
        scene.step("feature.more_done", **(known | {"passed": known["passed"] + 1}))
    else:
        scene.ask("feature.no_more", **known)
        line = manner.edit("CHANGELOG.md", "## Next", f"## Next\n\n- {new} of {bug.entity}")
        scene.step("feature.documented", line, **known)
    if rng.random() < 0.7:
        scene.ask("repair.commit", **known)
        scene.step("", scene.commit(f"{known['ticket']}: {new} of {bug.entity}", known))
        scene.step("repair.committed", **known)


def _built(scene: Scene, bug: Bug, known: dict[str, Any]) -> None:
    """A red test, half of the change, a test that is red for another reason, the other half, and green."""
    rng, manner, new, passed = scene.rng, scene.desk.manner, known["new"], known["passed"]
    command = f"{scene.repo.test_command} {bug.test_path}"
    test, seen = f"test_{bug.entity}_has_{new}", f"{bug.entity}.{new}"
    code = f"def {test}():\n    assert {seen} == 'x'"
    if scene.repo.language == "typescript":
        code = f'it("{test}", () => {{\n  expect({seen}).toBe("x");\n}});'
    scene.step("feature.build", manner.edit(bug.test_path, "\n\n\n", f"\n\n\n{code}\n"), **known)
    red = printed(scene, bug.test_path, test, f"{bug.entity.title()} has no attribute '{new}'", passed - 1)
    scene.step("", manner.run(command, red, "Run the new test", True, rng.uniform(2, 12)))
    model = manner.edit(known["path"], f"    {bug.field}: str", f"    {bug.field}: str\n    {new}: str = ''")
    scene.step("feature.red", model, **known)
    half = printed(scene, bug.test_path, test, f"column {bug.entity}s.{new} does not exist", passed - 1)
    scene.step("", manner.run(command, half, "Run it again", True, rng.uniform(2, 12)))
    migration = f"alter table {bug.entity}s add column {new} text not null default '';"
    query = manner.edit(known["path2"], f"select {bug.field}", f"select {bug.field}, {new}")
    scene.step(
        "feature.half", query, manner.write(f"migrations/{rng.randrange(100, 900)}_{new}.sql", migration), **known
    )
    green = printed(scene, bug.test_path, passed=passed)
    scene.step("", manner.run(command, green, "Run it again", seconds=rng.uniform(2, 12)))
    scene.step("feature.green", **known)


def rename(scene: Scene) -> None:
    """One word becomes another in many files; each file is another one, and one place is special."""
    rng, repo, manner = scene.rng, scene.repo, scene.desk.manner
    bug = repo.bug(rng)
    paths = repo.modules(rng, rng.randrange(5, 17))
    old, new = f"{bug.entity}_{bug.field}", f"{bug.field}_of_{bug.entity}"
    counts = {path: rng.randrange(1, 7) for path in paths}
    known = facts(scene, bug) | {
        "old": old,
        "new": new,
        "count": len(paths),
        "hits": sum(counts.values()),
        "files": len(paths),
        "odd": paths[-1],
    }
    scene.ask("rename.ask", **known)
    listing = "\n".join(f"{path}:{rng.randrange(4, 120)}:    {old}" for path in paths for _ in range(counts[path]))
    looked = delegated(scene, listing, paths, known, 0.6)
    scene.step("delegate.say" if looked else "rename.found", looked or manner.search(old, listing), **known)
    scene.step("", manner.read(paths[-1], repo.source(paths[-1])), thought="repair.think", **known)
    scene.step("rename.odd", **known)
    scene.ask("rename.decide", **known)
    for path in paths[:-1]:
        uses = [manner.edit(path, f"    {old}", f"    {new}")]
        if rng.random() < 0.3:
            uses.insert(0, manner.read(path, repo.source(path)))
        scene.step("rename.step", *uses, **(known | {"path": path, "here": counts[path]}))
    scene.step("", manner.edit(paths[-1], f'"{old}"', f'"{old}"  # stays: stored under this name'))
    scene.step("", manner.run(f"rg -c '{old}' src || true", f"{paths[-1]}:1", "What is left", seconds=0.2))
    passed = known["passed"]
    scene.step(
        "",
        manner.run(repo.test_command, printed(scene, "tests", passed=passed), "All tests", seconds=rng.uniform(10, 80)),
    )
    scene.step("rename.done", **known)
    scene.ask("repair.commit", **known)
    scene.step("", scene.commit(f"{known['ticket']}: {old} is {new} now", known))
    scene.step("repair.committed", **known)
