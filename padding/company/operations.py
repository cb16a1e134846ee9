"""Running things: incidents that are looked into, changed, and watched until they are over."""

from datetime import datetime, timedelta
from typing import Any

from padding.company.scene import Scene

KINDS = (  # name, what logs say, cause, setting, its range
    ("connections", "pool exhausted after 30 s", "the pool is too small for the new workers", "pool_size", (5, 40)),
    ("memory", "container killed (out of memory)", "the cache has no bound any more", "cache_entries", (1000, 90000)),
    ("queue depth", "lease expired, given back", "the lease is shorter than the work", "lease_seconds", (10, 300)),
    ("5xx rate", "upstream timed out", "the timeout is below the slowest answer", "upstream_timeout_ms", (200, 9000)),
    ("disk use", "no space left on device", "old logs are kept far too long", "log_days", (2, 60)),
    ("p95 latency", "sequential scan on the big table", "the planner lost an index", "work_mem_mb", (4, 256)),
    ("certificate errors", "certificate has expired", "renewal runs after the expiry", "renew_days_before", (1, 30)),
    ("replica lag", "write-ahead log not yet received", "the replica is throttled", "max_rate_mb", (8, 512)),
)  # fmt: skip


def incident(scene: Scene) -> None:
    """From an alert by logs and metrics to a change, which is polled until everything is up again."""
    known = _facts(scene)
    scene.ask("incident.ask", **known)
    _looked(scene, known)
    if known["now"] == known["limit"]:
        scene.ask("incident.raise", **known)
        scene.step("incident.safe", **known)
        scene.ask("incident.go", **known)
    else:
        scene.ask("incident.back", **known)
    _rolled_out(scene, known)
    known["end"] = f"{scene.desk.now:%H:%M}"
    scene.step("incident.calm", **known)
    scene.ask("incident.note", **known)
    scene.step("incident.noted", **known)
    if scene.rng.random() < 0.5:
        scene.ask("incident.bye", **known)
        number = known["number"]
        scene.step("", scene.desk.manner.ask("alerts", "resolve", {"id": number}, f"{number} resolved"))
        scene.step("incident.closed", **known)


def _facts(scene: Scene) -> dict[str, Any]:
    rng, start = scene.rng, scene.desk.now
    alert, error, cause, setting, (low, high) = rng.choice(KINDS)
    before, nodes, late = rng.randrange(low + 2, high), rng.randrange(3, 15), rng.randrange(6, 55)
    limit = before * rng.choice((2, 3, 4)) + rng.randrange(1, 5)
    return {
        "alert": f"{alert} {rng.choice(('high', 'above its limit', 'critical'))}",
        "service": f"{scene.repo.domain}-{rng.choice(('api', 'worker', 'gateway', 'sync', 'search'))}",
        "error": error,
        "late": late,
        "clock": f"{start - timedelta(minutes=late):%H:%M}",
        "deploy": f"{start - timedelta(minutes=late + rng.randrange(1, 9)):%H:%M}",
        "count": rng.randrange(40, 5000),
        "node": f"node-{rng.randrange(2, 40)}",
        "cause_cap": cause[0].upper() + cause[1:],
        "setting": setting,
        "before": before,
        "after": rng.randrange(low, before),
        "limit": limit,
        "now": limit if rng.random() < 0.5 else before,
        "nodes": nodes,
        "total": nodes * limit,
        "ceiling": nodes * limit + rng.randrange(100, 900),
        "rest": rng.randrange(0, 4),
        "team": scene.team(),
        "colleague": scene.colleague(),
        "ticket": f"OPS-{rng.randrange(100, 9000)}",
        "number": rng.randrange(10_000, 99_999),
    }


def _looked(scene: Scene, known: dict[str, Any]) -> None:
    """Logs, metrics, and what the last deploy changed."""
    rng, manner, service, late = scene.rng, scene.desk.manner, known["service"], known["late"]
    times = [scene.desk.now - timedelta(seconds=60 * late - 40 * number) for number in range(late)]
    lines = "\n".join(_logged(scene, time, known) for time in times)
    logs = manner.run(f"logs {service} --since 1h | grep -v DEBUG | tail -40", lines, "Logs", seconds=2)
    scene.step("incident.look", logs, thought="incident.think", **known)
    high, low = (60, 99), (2, 9)
    series = "\n".join(f"{at:02}  {rng.randrange(*(high if at >= 60 - late else low))}" for at in range(0, 60, 5))
    metrics = manner.ask("metrics", "query", {"expr": f"{service}: {known['alert']}", "range": "1h"}, series)
    scene.step("incident.seen", metrics, **known)
    diff = f"-{known['setting']}: {known['before']}\n+{known['setting']}: {known['after']}"
    scene.step("", manner.run(f"git log -1 -p deploy/{service}.yml", diff, "What the last deploy changed"))
    scene.step("incident.cause", thought="incident.think", **known)


def _rolled_out(scene: Scene, known: dict[str, Any]) -> None:
    """The change, and the same look again and again until all nodes are up."""
    rng, manner, service, nodes = scene.rng, scene.desk.manner, known["service"], known["nodes"]
    old, new = (f"{known['setting']}: {known[value]}" for value in ("after", "now"))
    rollout = manner.run(f"deploy {service} --wait=false", f"deployment/{service} configured", "Roll out", seconds=4)
    scene.step("incident.change", manner.edit(f"deploy/{service}.yml", old, new), rollout, **known)
    ready = 0
    while ready < nodes:
        seen, ready = ready, min(nodes, ready + rng.randrange(1, 4))
        status = f"{service}  {ready}/{nodes} ready  {rng.randrange(5, 400)} s  restarts={rng.randrange(3)}"
        look = manner.run(f"deploy status {service}", status, "Is it up?", seconds=rng.uniform(8, 35))
        scene.step("incident.poll", look, **(known | {"ready": seen}))


def _logged(scene: Scene, time: datetime, known: dict[str, Any]) -> str:
    rng = scene.rng
    bad = rng.random() < 0.6
    level, said = (
        ("ERROR", known["error"]) if bad else ("INFO", rng.choice(("request done", "cache filled", "retrying")))
    )
    spent = rng.randrange(3, 30_000 if bad else 300)
    return f"{time:%Y-%m-%dT%H:%M:%SZ} {known['node']} {level} {said} id={rng.randrange(10**6)} ms={spent}"
