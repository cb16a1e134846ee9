"""Searches that are left to a sub-agent, whose session stands beside the one that started it."""

from typing import Any

from padding.company.manner import Use
from padding.company.scene import Scene


def delegated(scene: Scene, listing: str, paths: list[str], known: dict[str, Any], often: float) -> Use | None:
    """A sub-agent looks for all uses of `old`, where the agent has sub-agents; null where nobody is sent."""
    if scene.delegate is None or scene.rng.random() >= often:
        return None
    facts = known | {"name": scene.repo.name, "data": scene.rng.randrange(1, 4), "path": paths[0], "path2": paths[1]}

    def search(inner: Scene) -> str:
        manner = inner.desk.manner
        inner.desk.prompt(inner.said("delegate.task", **facts))
        inner.step("", manner.search(known["old"], listing), thought="repair.think", **facts)
        for path in inner.rng.sample(paths, min(len(paths), inner.rng.randrange(2, 6))):
            inner.step("", manner.read(path, inner.repo.source(path)))
        report = inner.said("delegate.report", **facts)
        inner.desk.step(report)
        return report

    return scene.delegate(scene, search)
