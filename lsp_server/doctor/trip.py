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
from lsp_server.doctor.judging import Trip, extra_tokens, judge_trip, reads_otherwise
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
_AS_TEXT, _AS_IDS = ok("ids", "prompts are sent as text"), ok("ids", "prompts are sent as ids")
_OTHER_TOKENS = warning(
    "ids",
    "the server reads prompts as other numbers of tokens than the tokenizer at hand; they are sent "
    "as text, and the budget isn't kept exactly",
    "set `tokenizer` to that of the model that it serves",
)
_AGAIN = "look again once it isn't busy"
# What backends' advice is about, by the setting that it names.
_ABOUT = (("`context.budget_tokens`", "context"), ("`server.cache_salt`", "sharing"))


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
    line, asked = await _ids(line)
    has_fim = line.spec.has_fim
    holes = HOLES if has_fim else ENDINGS
    try:
        trip = Trip(holes, tuple([await fill(line, hole) for hole in holes]))
        if not trip.is_well:
            trip = replace(trip, variants=await _variants(line), counting=await _counting(line))
    except InferenceError as fault:
        unseen = [skipped(check, "see round trip") for check in TRIP[2:]]
        # What is found out by asking isn't known of a server that refuses to be asked.
        sure = [one for one in asked if one.level == "warning" and one.remedy != _AGAIN]
        ids = () if any(one.check == "ids" for one in sure) else (_unasked(),)
        return [*sure, *ids, failed("round trip", fault), *unseen]
    if asked[0] == _AS_TEXT and reads_otherwise(trip.replies):
        asked = [_OTHER_TOKENS, *asked[1:]]
    line = replace(line, trusted=line.trusted and extra_tokens(trip.replies) is not None)
    quickest_s = min(reply.seconds for reply in trip.replies)
    rest = await examine_length(line, knows=trip.is_well, short_s=quickest_s)
    return [*asked, *judge_trip(trip, has_fim=has_fim), *rest]


def _unasked() -> Finding:
    return skipped("ids", "see round trip")


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


async def _ids(line: Line) -> tuple[Line, list[Finding]]:
    """Whether the server reads texts as the tokenizer at hand does; the line as it is then."""
    backend = line.backend
    told = await _told(line)
    if isinstance(told, InferenceError):
        # Prompts are sent as text then, and it is asked again by and by.
        return line, [warning("ids", f"it couldn't be found out: {told}", _AGAIN)]
    as_ids = backend.capabilities.token_ids and line.tokenizer.exact
    sent = _AS_IDS if as_ids else _AS_TEXT
    if told is None:
        return line, [sent]
    check = next((name for key, name in _ABOUT if key in told), "ids")
    found, _, remedy = told.rpartition("; ")
    finding = warning(check, found or told, remedy)
    if check == "ids":
        return replace(line, trusted=False), [finding]
    return line, [sent, finding]


async def _told(line: Line) -> str | InferenceError | None:
    """What the backend says that can be done for it, or why it couldn't find out.

    A server that was cold takes its time for the first questions: it is asked again once
    it has answered one.
    """
    backend = line.backend
    if not isinstance(backend, Probing):
        return None
    encoded = await asyncio.to_thread(line.tokenizer.encode, backend.probe_text)
    ids = None if encoded is None else tuple(encoded)
    try:
        return await backend.probe(ids)
    except InferenceError as fault:
        try:
            await fill(line, HOLES[0])
            return await backend.probe(ids)
        except InferenceError:
            return fault


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
