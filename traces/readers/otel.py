"""OpenTelemetry spans with the conventions for generative AI: OTLP/JSON, and what the console exporters print.

What the conventions mean is in `spans/gen_ai.py`. Spans of OpenInference further down the file are read too. Not read:
OTLP as protobuf, metrics, and log records that are no messages.
"""

from traces.format import Format, Head
from traces.readers import openinference
from traces.readers.spans.cutting import is_span_file, spans
from traces.readers.spans.gen_ai import gen_ai
from traces.readers.spans.reader import SpanReader


def _matches(head: Head) -> bool:
    return is_span_file(head) and not openinference.FORMAT.matches(head)


FORMAT = Format(
    name="otel",
    title="OpenTelemetry GenAI spans (OTLP/JSON, console exporters)",
    matches=_matches,
    records=spans,
    reader=lambda about: SpanReader("otel", about, (openinference.openinference, gen_ai)),
    spread=True,
)
