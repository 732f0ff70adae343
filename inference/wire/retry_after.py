"""When a server wants to be asked again."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Whoever says more has most likely a clock that is wrong, or a quota of days, of which one
# may ask now and then.
_MOST_S = 900.0


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds from now, at most a quarter of an hour; None where it doesn't say.

    Both spellings of RFC 9110 (section 10.2.3) are read, seconds and a date, which is counted
    from the server's own where it tells that; and the milliseconds that some send besides.
    """
    found = _number(headers.get("retry-after-ms", ""))
    seconds = found / 1000 if found is not None else _number(headers.get("retry-after", ""))
    if seconds is None:
        until = _date(headers.get("retry-after", ""))
        since = _date(headers.get("date", "")) or now or datetime.now(UTC)
        seconds = None if until is None else (until - since).total_seconds()
    return None if seconds is None else min(max(seconds, 0.0), _MOST_S)


def _number(text: str) -> float | None:
    """What is written in digits, with a point at most."""
    plain = text.strip()
    return float(plain) if plain.isascii() and plain.replace(".", "", 1).isdigit() else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
