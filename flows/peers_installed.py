"""Two published packages, run through their own interfaces; imported only where a session is judged by them."""

import json
from collections import deque
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any

from traces.schema import Session

NAN = float("nan")
_SLIGHT = 1e-3
_TOKENJAM = ("tokenjam.core.alerts", "tokenjam.core.config", "tokenjam.core.models", "tokenjam.otel.semconv")


def loopguard(session: Session) -> float:
    """Its gravest decision's risk, then the mean of all; null for a session without calls."""
    steps = _steps(session)
    if not any("tool" in step for step in steps):
        return NAN
    report = import_module("loopguard.ingest").analyze_trace({"run_id": session.session_id, "steps": steps})
    risks = [decision.risk_score for decision in report.decisions]
    return max(risks) + _SLIGHT * sum(risks) / len(risks) if risks else 0.0


def tokenjam(session: Session) -> float:
    """Its alerts for each call; null for a session without calls."""
    engine, kept, span = _tokenjam()
    kept.clear()
    calls = 0
    failed = {turn.call_id for turn in session.turns if turn.kind == "tool_result" and turn.is_error and turn.call_id}
    for turn in session.turns:
        if turn.kind == "tool_call":
            calls += 1
            one = span(session.session_id, str(calls), turn.tool_name or "tool", turn.tool_arguments,
                       turn.time or session.started, turn.call_id in failed)  # fmt: skip
            kept.insert_span(one)
            engine.evaluate(one)
    return kept.alerts / calls if calls else NAN


def _steps(session: Session) -> list[dict[str, Any]]:
    """Calls with their results, in the form in which it reads traces of others."""
    found: list[dict[str, Any]] = []
    for turn in session.turns:
        if turn.kind == "tool_call":
            found.append({"agent": "agent", "tool": turn.tool_name or "tool", "args": _arguments(turn.tool_arguments)})
        elif turn.kind == "tool_result":
            found.append({"agent": "tools", "output": turn.text or ""})
    return found


def _arguments(text: str | None) -> dict[str, Any]:
    try:
        read = json.loads(text or "{}")
    except ValueError:
        read = text
    return read if isinstance(read, dict) else {"value": read}


class _Spans:
    """The part of tokenjam's storage that its alert engine asks for, in memory."""

    def __init__(self) -> None:
        self.alerts = 0
        self._spans: deque[Any] = deque(maxlen=50)

    def clear(self) -> None:
        """Forgets the last session."""
        self.alerts = 0
        self._spans.clear()

    def insert_span(self, span: Any) -> None:
        """Keeps a span."""
        self._spans.append(span)

    def get_recent_spans(self, _session_id: str, limit: int) -> list[Any]:
        """The last spans of the session, the latest first."""
        return list(self._spans)[::-1][:limit]

    def get_alerts(self, *_filters: Any, **_more: Any) -> list[Any]:
        """Nothing from an earlier run."""
        return []

    def insert_alert(self, _alert: Any) -> None:
        """Counts an alert."""
        self.alerts += 1


@cache
def _tokenjam() -> tuple[Any, _Spans, Any]:
    """Its alert engine without cooldown or channels, its storage, and what makes its spans."""
    alerts, settings, models, names = map(import_module, _TOKENJAM)
    attributes = names.GenAIAttributes
    kept = _Spans()
    engine = alerts.AlertEngine(kept, settings.TjConfig(version="1", alerts=settings.AlertsConfig(cooldown_seconds=0)))
    engine.dispatcher.dispatch = lambda _alert: None

    def span(session: str, number: str, tool: str, arguments: str | None, time: datetime | None, failed: bool) -> Any:
        return models.NormalizedSpan(
            span_id=number,
            trace_id=session,
            name=attributes.SPAN_TOOL_CALL,
            kind=models.SpanKind.INTERNAL,
            status_code=models.SpanStatus.ERROR if failed else models.SpanStatus.OK,
            start_time=time or datetime(2000, 1, 1, tzinfo=UTC),
            session_id=session,
            tool_name=tool,
            attributes={attributes.TOOL_INPUT: arguments} if arguments else {},
        )

    return engine, kept, span
