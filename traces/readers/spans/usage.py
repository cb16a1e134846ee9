"""Token counts of one model call, made alike: the input with all that was cached, the output with all reasoning."""

from typing import Any

import msgspec

from traces.format import Unreadable
from traces.json_text import Count


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Tokens of one model call; all of the input, cached ones included."""

    input: int | None = None
    cached: int | None = None
    output: int | None = None


class Details(msgspec.Struct):
    """What input tokens were, of OpenAI."""

    cached_tokens: Count | None = None
    cache_read: Count | None = None


class Reported(msgspec.Struct):
    """Token counts as OpenAI's, Anthropic's and LangChain's answers report them, and as MLflow keeps them."""

    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    prompt_tokens_details: Details | None = None
    input_tokens_details: Details | None = None
    input_token_details: Details | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None


def usage_of(
    input: int | None, cached: int | None, output: int | None, created: int | None = None, apart: bool = False
) -> Usage:
    """Token counts made alike; zero stands for unknown, and cached tokens may stand `apart` from the input.

    A source that counts more cached tokens than input has them apart, whatever its convention says.
    """
    if input is not None and (apart or (cached or 0) + (created or 0) > input):
        input += (cached or 0) + (created or 0)
    return Usage(input or None, cached if input else None, output or None)


def usage_reported(reported: Reported | None, apart: bool | None = None) -> Usage:
    """The usage in a report; cached tokens stand apart in Anthropic's own, unless the source is known to add them."""
    if reported is None:
        return Usage()
    details = reported.prompt_tokens_details or reported.input_tokens_details or reported.input_token_details
    cached = reported.cache_read_input_tokens
    if details is not None:
        cached = next(
            (count for count in (details.cached_tokens, details.cache_read, cached) if count is not None), None
        )
    if apart is None:
        apart = details is None and reported.prompt_tokens is None
    input = reported.input_tokens if reported.prompt_tokens is None else reported.prompt_tokens
    output = reported.output_tokens if reported.completion_tokens is None else reported.completion_tokens
    return usage_of(input, cached, output, reported.cache_creation_input_tokens, apart)


def report_of(counts: Any) -> Reported | None:
    """A report that is decoded already; `Unreadable` where it is malformed."""
    try:
        return msgspec.convert(counts, Reported) if isinstance(counts, dict) else None
    except msgspec.ValidationError as error:
        raise Unreadable("wrong-type", f"{error} - in the token counts") from error
