"""`infill stats`: the local kept rate, by language and backend."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from lsp_server.commands.output import print_json, print_text
from lsp_server.commands.tables import Column, Table, show
from lsp_server.errors import NothingToOffer, UsageError
from lsp_server.folders import cache_folder
from lsp_server.kept.ledger import MONTHS, folder_in, read
from lsp_server.kept.tally import NAMES, Counts, Key

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

Json = dict[str, Any]
Rows = dict[tuple[str, str], Counts]

_MOST_DAYS = 31 * MONTHS
_COLUMNS = (
    Column("language"),
    Column("backend", "dim"),
    Column("shown", is_number=True),
    Column("accepted", is_number=True),
    Column("of shown", is_number=True),
    Column("characters", is_number=True),
    Column("kept", is_number=True),
)
_EXPLAINED = (
    "shown: suggestions, each once; accepted: wholly or in part; kept: the share of accepted "
    "characters, blanks aside, that were still there after 60 s. Counted on this machine, in "
    "{folder}, and sent nowhere; `stats.enabled = false` turns it off."
)


def run(options: argparse.Namespace) -> None:
    """Print how much of what was accepted has stayed.

    Raises:
        CommandError: a number of days that isn't one, or nothing was counted yet.
    """
    if not 1 <= options.days <= _MOST_DAYS:
        raise UsageError(f"--days {options.days}: expected 1 to {_MOST_DAYS}")
    since = date.today() - timedelta(days=options.days - 1)  # noqa: DTZ011 - the user's own days
    folder = folder_in(cache_folder())
    rows = by_language(read(folder, since.isoformat()))
    if options.json:
        print_json(_as_json(rows, since, folder))
    elif rows:
        title = f"Completions since {since.isoformat()}"
        show(Table(title, _COLUMNS, _table(rows)))
        print_text("\n" + _EXPLAINED.format(folder=folder))
    if not rows:
        raise NothingToOffer(
            f"nothing was counted since {since.isoformat()}: use completions in an editor for a "
            f"while, with `stats.enabled` as it is by default; counts are kept in {folder}"
        )


def by_language(counts: Mapping[Key, Counts]) -> Rows:
    """The sums of all days, by language and backend, what was shown most often first."""
    rows: Rows = {}
    for key, each in counts.items():
        name = (key.language, key.backend)
        rows[name] = rows.get(name, Counts()) + each
    return dict(sorted(rows.items(), key=lambda row: (-row[1].shown, row[0])))


def _table(rows: Rows) -> list[tuple[str, ...]]:
    each = [(*name, *_cells(counts)) for name, counts in rows.items()]
    return each if len(rows) == 1 else [*each, ("all", "", *_cells(_sum(rows)))]


def _cells(counts: Counts) -> tuple[str, ...]:
    return (
        f"{counts.shown:,}",
        f"{counts.accepted:,}",
        _percent(_share(counts.accepted, counts.shown)),
        f"{counts.characters:,}",
        _percent(_share(counts.kept, counts.characters)),
    )


def _sum(rows: Rows) -> Counts:
    return sum(rows.values(), Counts())


def _share(part: int, whole: int) -> float | None:
    """A share, None where there is nothing to have one of."""
    return round(part / whole, 4) if whole else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _as_json(rows: Rows, since: date, folder: Path) -> Json:
    each = [
        {"language": language, "backend": backend, **_numbers(counts)}
        for (language, backend), counts in rows.items()
    ]
    total = _numbers(_sum(rows))
    return {"since": since.isoformat(), "rows": each, "total": total, "folder": str(folder)}


def _numbers(counts: Counts) -> Json:
    return {
        **{name: getattr(counts, name) for name in NAMES},
        "accepted_share": _share(counts.accepted, counts.shown),
        "kept_share": _share(counts.kept, counts.characters),
    }
