"""What `infill bench` measured, summed up and as tables."""

from __future__ import annotations

from collections import defaultdict
from statistics import mean, quantiles
from typing import TYPE_CHECKING, Any

from lsp_server.commands.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lsp_server.measuring.anchored import Anchored
    from lsp_server.measuring.recall import Asked
    from lsp_server.measuring.served import Judged

Json = dict[str, Any]

ALL = "all"
P50, P99 = Column("ms p50", is_number=True), Column("p99", is_number=True)
RECALL = (
    Column("asked for", "cyan"),
    Column("language"),
    Column("budget", is_number=True),
    Column("places", is_number=True),
    Column("found", is_number=True),
    Column("recall", "bold green", is_number=True),
    Column("head kept", is_number=True),
    P50,
    P99,
)
COMPLETION = (
    Column("backend", "cyan"),
    Column("holes", is_number=True),
    Column("shown", is_number=True),
    Column("exact", "bold green", is_number=True),
    Column("exact of shown", is_number=True),
    Column("similarity", is_number=True),
    P50,
    P99,
)
ANCHORS = (
    Column("anchor", "cyan"),
    *COMPLETION[1:6],
    Column("won", is_number=True),
    Column("lost", is_number=True),
    Column("prompt", is_number=True),
    Column("read anew", "bold green", is_number=True),
    Column("before", is_number=True),
    P50,
    P99,
)
MISSED = (Column("name"), Column("asked for"), Column("budget", is_number=True), Column("file"))


def recall_rows(asked: Sequence[Asked]) -> list[Json]:
    """One row for each kind, budget and language, and one for all languages together."""
    groups: defaultdict[tuple[str, int, bool, str], list[Asked]] = defaultdict(list)
    for item in asked:
        kind, language = item.place.kind, item.place.language
        groups[kind, item.budget, False, language].append(item)
        groups[kind, item.budget, True, ALL].append(item)
    return [_recall_row(key, groups[key]) for key in sorted(groups)]


def _recall_row(key: tuple[str, int, bool, str], asked: Sequence[Asked]) -> Json:
    kind, budget, _, language = key
    found = sum(item.is_found for item in asked)
    return {
        "kind": kind,
        "language": language,
        "budget": budget,
        "places": len(asked),
        "found": found,
        "recall": round(found / len(asked), 4),
        "recall_head_kept": round(sum(item.is_kept for item in asked) / len(asked), 4),
        "context_ms": _percentiles([item.context_ms for item in asked]),
    }


def completion_row(judged: Sequence[Judged]) -> Json:
    """Shares of all holes, and of those at which something was shown."""
    shown = [item for item in judged if item.is_shown]
    exact = sum(item.is_exact for item in judged)
    return {
        "holes": len(judged),
        "shown": round(len(shown) / len(judged), 4),
        "exact_match": round(exact / len(judged), 4),
        "exact_match_of_shown": round(exact / max(1, len(shown)), 4),
        "edit_similarity": round(mean(item.similarity for item in shown), 4) if shown else None,
        "latency_ms": _percentiles([item.seconds * 1000 for item in judged]),
    }


def anchor_rows(answered: Mapping[str, Sequence[Anchored]]) -> list[Json]:
    """One row a setting, each compared with the first, hole by hole."""
    first = next(iter(answered.values()))
    return [_anchor_row(setting, done, first) for setting, done in answered.items()]


def _anchor_row(setting: str, done: Sequence[Anchored], first: Sequence[Anchored]) -> Json:
    pairs = [
        (one.judged.is_exact, other.judged.is_exact) for one, other in zip(done, first, strict=True)
    ]
    return {
        "anchor": setting,
        **completion_row([one.judged for one in done]),
        "won": sum(here and not there for here, there in pairs),
        "lost": sum(there and not here for here, there in pairs),
        "prompt_tokens": round(mean(one.n_prompt for one in done), 1),
        "read_again": round(mean(one.n_read for one in done), 1),
        "read_again_before": round(mean(one.n_read_before for one in done), 1),
    }


def _percentiles(times: Sequence[float]) -> Json:
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else [*times] * 99
    return {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3)}


def listed(item: Asked) -> Json:
    """One place under one budget."""
    place = item.place
    return {
        "kind": place.kind,
        "path": place.path,
        "offset": place.cursor,
        "name": place.name,
        "budget": item.budget,
        "found": item.is_found,
    }


def tables_of(root: Path, result: Json) -> list[Table]:
    """What was measured, for a person."""
    tables: list[Table] = []
    if "recall" in result:
        rows = _readable(result["recall"])
        tables.append(Table(f"{root}: what a prompt shows of what its place needs", RECALL, rows))
    if missed := [item for item in result.get("places", ()) if not item["found"]]:
        cells = [(row["name"], row["kind"], str(row["budget"]), row["path"]) for row in missed]
        tables.append(Table(f"{len(missed)} not found", MISSED, cells))
    if "completion" in result:
        row = result["completion"]
        title = f"{root}: the rest of a line, by {row['model']}"
        tables.append(Table(title, COMPLETION, [_completion_cells(row)]))
    if "anchor" in result:
        title = f"{root}: the rest of a line that was typed up to, by {result['model']}"
        tables.append(Table(title, ANCHORS, [_anchor_cells(row) for row in result["anchor"]]))
    return tables


def _readable(rows: Sequence[Json]) -> list[tuple[str, ...]]:
    """The rows of each language, and their sum where there are several languages."""
    of_one = {(row["kind"], row["places"]) for row in rows if row["language"] != ALL}
    return [
        (
            row["kind"],
            row["language"],
            str(row["budget"]),
            str(row["places"]),
            str(row["found"]),
            f"{row['recall']:.2f}",
            f"{row['recall_head_kept']:.2f}",
            *_times(row["context_ms"]),
        )
        for row in rows
        if row["language"] != ALL or (row["kind"], row["places"]) not in of_one
    ]


def _completion_cells(row: Json) -> tuple[str, ...]:
    return row["backend"], *_quality(row), *_times(row["latency_ms"])


def _anchor_cells(row: Json) -> tuple[str, ...]:
    counted = (row["won"], row["lost"])
    tokens = (row["prompt_tokens"], row["read_again"], row["read_again_before"])
    numbers = (*map(str, counted), *(f"{n:.0f}" for n in tokens))
    return row["anchor"], *_quality(row), *numbers, *_times(row["latency_ms"])


def _quality(row: Json) -> tuple[str, ...]:
    similarity = row["edit_similarity"]
    return (
        str(row["holes"]),
        f"{row['shown']:.2f}",
        f"{row['exact_match']:.2f}",
        f"{row['exact_match_of_shown']:.2f}",
        "" if similarity is None else f"{similarity:.2f}",
    )


def _times(row: Json) -> tuple[str, str]:
    return f"{row['p50']:.1f}", f"{row['p99']:.1f}"
