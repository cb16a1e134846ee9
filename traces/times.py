"""Times as sources write them (ISO text, or numbers in seconds to nanoseconds) to UTC."""

from datetime import UTC, datetime, timedelta, tzinfo

from traces.format import Unreadable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (1e20, 1_000_000_000))


def time_of(value: object, zone: tzinfo) -> datetime | None:
    """The moment that `value` names, in UTC; null for null or an empty text. `zone` is for texts that name none.

    A number's unit follows from its size: up to 1e11 it counts seconds (until the year 5138), then milli-, micro- and
    nanoseconds. Anything else is refused rather than guessed.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float, datetime)):
        raise Unreadable("bad-time", f"{type(value).__name__} is not a time")
    try:
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, str):
            if value[4:5] != "-" and value.replace(".", "", 1).isdecimal():
                return _from_number(float(value) if "." in value else int(value))
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is UTC:
                return moment
        else:
            return _from_number(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable("bad-time", f"{str(value)[:60]!r} is not a time: {error}") from error


def _from_number(number: float) -> datetime | None:
    for limit, per_second in _UNITS:
        if 0 < number < limit:
            seconds, rest = divmod(number, per_second)
            return _EPOCH + timedelta(seconds=seconds, microseconds=rest * 1_000_000 / per_second)
    if number == 0:
        return None
    raise ValueError("out of range")
