"""A round trip: the backend as the product opens and asks it, with made-up code."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from inference.errors import InferenceError
from inference.tokens.tokenizer import EstimatingTokenizer, mismatch
from inference.types import Probing, Request
from lsp_server.doctor.findings import error, failed, ok, skipped, warning
from lsp_server.doctor.holes import COUNTING, ENDINGS, FAULTS, HOLES, with_fault
from lsp_server.doctor.judging import Trip, judge_trip
from lsp_server.doctor.length import examine_length
from lsp_server.doctor.replies import fill, go_on

if TYPE_CHECKING:
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Backend
    from lsp_server.doctor.findings import Finding
    from lsp_server.doctor.holes import Fault
    from lsp_server.doctor.replies import Line, Reply
    from lsp_server.workspace import Workspace

TRIP = ("ids", "round trip", "sentinels", "order", "kind", "head", "prefix cache")


def tokenizer_of(workspace: Workspace) -> tuple[Tokenizer | None, Finding]:
    """The tokenizer that prompts are made with, and whether it is the model's."""
    try:
        tokenizer = workspace.tokenizer()
    except InferenceError as fault:
        return None, failed("tokenizer", fault)
    doubt = mismatch(tokenizer, workspace.spec)
    if doubt is not None:
        remedy = "set `tokenizer` to the tokenizer.json of the model"
        return tokenizer, warning("tokenizer", doubt, remedy)
    if not tokenizer.exact:
        hub = next(iter(workspace.spec.hub), "NAME")
        remedy = f"`infill models --download-tokenizer {hub}` fetches it, or set `tokenizer`"
        return tokenizer, warning("tokenizer", "tokens are estimated, on the high side", remedy)
    return tokenizer, ok("tokenizer", tokenizer.name)


async def examine_trip(line: Line) -> list[Finding]:
    """All that a live backend that reads prompts tells."""
    ids = await _ids(line)
    has_fim = line.spec.has_fim
    holes = HOLES if has_fim else ENDINGS
    try:
        trip = Trip(holes, tuple([await fill(line, hole) for hole in holes]))
        if not trip.is_well:
            trip = replace(trip, variants=await _variants(line), counting=await _counting(line))
    except InferenceError as fault:
        seen = [skipped(check, "see round trip") for check in TRIP[2:]]
        return [ids, failed("round trip", fault), *seen]
    told = judge_trip(trip, has_fim=has_fim)
    return [ids, *told, *await examine_length(line, knows=trip.is_well)]


async def examine_statistics(backend: Backend) -> Finding:
    """Whether the embedded model, which reads no prompt, answers."""
    text = "alpha(beta, gamma)\n" * 4
    try:
        chunks = [
            chunk async for chunk in backend.stream(Request(text + "alp", "", "a.py", "Python"))
        ]
    except InferenceError as fault:
        return failed("round trip", fault)
    found = "".join(chunk.text for chunk in chunks)
    if found.startswith("ha("):
        return ok("round trip", "the embedded model completes a line that it has seen")
    return error(
        "round trip",
        f"the embedded model went on with {found[:40]!r}",
        "this is a fault in Infill; please report it",
    )


async def _ids(line: Line) -> Finding:
    """Whether the server reads texts as the tokenizer at hand does."""
    backend = line.backend
    if isinstance(backend, Probing):
        encoded = await asyncio.to_thread(line.tokenizer.encode, backend.probe_text)
        try:
            told = await backend.probe(None if encoded is None else tuple(encoded))
        except InferenceError as fault:
            # Prompts are sent as text then, and it is asked again by and by.
            return warning("ids", f"it couldn't be found out: {fault}", "try again")
        if told is not None:
            found, _, remedy = told.rpartition("; ")
            return warning("ids", found or told, remedy)
    if backend.capabilities.token_ids and line.tokenizer.exact:
        return ok("ids", "prompts are sent as ids")
    return ok("ids", "prompts are sent as text")


async def _variants(line: Line) -> dict[Fault, tuple[Reply, ...]]:
    """The holes asked by formats gone wrong, in search of one that does better."""
    found: dict[Fault, tuple[Reply, ...]] = {}
    for fault in FAULTS:
        spec = with_fault(line.spec, fault)
        if spec is not None and line.spec.has_fim and not line.spec.format.suffix_apart:
            # No tokenizer has these sentinels, and lengths don't matter here.
            other = replace(line, spec=spec, tokenizer=EstimatingTokenizer())
            found[fault] = tuple([await fill(other, hole, as_text=True) for hole in HOLES])
    return found


async def _counting(line: Line) -> Reply | None:
    if line.spec.format.suffix_apart:
        return None
    return await go_on(line, COUNTING)
