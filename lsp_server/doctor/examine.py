"""Everything looked at, in the order in which a set-up is put together."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from context.errors import ContextError
from inference.errors import InferenceError
from inference.prompt.budget import ceiling
from lsp_server.configuration import REPOSITORY_FILE, user_file
from lsp_server.doctor.findings import error, failed, ok, skipped, warning
from lsp_server.doctor.replies import LOADING_S, Line
from lsp_server.doctor.server import examine_server
from lsp_server.doctor.surroundings import extras, index, machine, python
from lsp_server.doctor.trip import TRIP, examine_statistics, examine_trip, tokenizer_of
from lsp_server.errors import CommandError
from lsp_server.opening import backend_settings
from lsp_server.user_models import model_of
from lsp_server.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from inference.models import ModelSpec
    from lsp_server.configuration import Configured
    from lsp_server.doctor.findings import Finding
    from lsp_server.settings import Settings
    from lsp_server.workspace import Workspace

_WRONG = (InferenceError, ContextError, CommandError)
# Wires whose servers list their models as OpenAI's API does.
_LISTING = frozenset({"openai"})


async def examine(
    gather: Callable[[], Configured], root: Path, cache_dir: Path, config: Path | None
) -> AsyncGenerator[Finding]:
    """Each finding as it is there; what it takes to load a model, the round trip waits for.

    Args:
        gather: the settings from every source.
        root: the repository.
        cache_dir: where its index lies.
        config: the file that takes the place of the user's own.
    """
    yield python()
    try:
        configured = await asyncio.to_thread(gather)
    except CommandError as fault:
        yield failed("configuration", fault, "correct it there, or leave it away")
        return
    settings = configured.settings
    yield _configuration(configured, root, config)
    yield await asyncio.to_thread(extras, settings)
    for finding in await asyncio.to_thread(machine, settings):
        yield finding
    yield await asyncio.to_thread(index, root, cache_dir)
    async with contextlib.aclosing(_examine_backend(settings, root, cache_dir)) as findings:
        async for finding in findings:
            yield finding


def _configuration(configured: Configured, root: Path, config: Path | None) -> Finding:
    files = [config or user_file(), root / REPOSITORY_FILE]
    there = ", ".join(str(file) for file in files if file.is_file()) or "no file"
    if configured.warnings:
        return warning("configuration", configured.warnings[0], "correct or remove it")
    return ok("configuration", f"from {there}, the environment and this command line")


async def _examine_backend(
    settings: Settings, root: Path, cache_dir: Path
) -> AsyncGenerator[Finding]:
    try:
        spec = await asyncio.to_thread(model_of, settings)
        made = backend_settings(settings, spec, cache_dir=cache_dir)
    except _WRONG as fault:
        yield failed("backend", fault)
        return
    seen = set[str]()
    if settings.backend in _LISTING and settings.endpoint:
        needed = settings.context.budget_tokens + settings.completion.max_tokens
        for finding in await examine_server(made, min(needed, spec.context_tokens)):
            seen.add(finding.check)
            yield finding
    try:
        # Without a cache folder, so that nothing is learnt of what isn't indexed here.
        is_local = settings.endpoint is None and settings.backend != "ngram"
        workspace = open_workspace(root, settings, cache_dir if is_local else None)
    except _WRONG as fault:
        yield failed("backend", fault)
        return
    try:
        yield _backend(settings, spec)
        for finding in await _examine_model(workspace):
            if finding.check not in seen:
                yield finding
    finally:
        workspace.close()
        await workspace.backend.aclose()


def _backend(settings: Settings, spec: ModelSpec) -> Finding:
    if settings.backend == "ngram":
        return ok("backend", "ngram, the embedded model; nothing to connect to")
    found = f"{settings.backend}, {spec.name}, prompts as {spec.format.name}"
    if spec.use == "actions" or not spec.has_fim:
        return warning(
            "backend",
            f"{found}; this model is not for filling in the middle",
            "take one that is for completion: `infill models` says which are",
        )
    return ok("backend", found)


async def _examine_model(workspace: Workspace) -> list[Finding]:
    if not workspace.backend.capabilities.prompt:
        unread = [skipped(check, "the backend reads no prompt") for check in ("tokenizer", *TRIP)]
        trip = await examine_statistics(workspace.backend)
        return [trip if finding.check == "round trip" else finding for finding in unread]
    tokenizer, told = await asyncio.to_thread(tokenizer_of, workspace)
    if tokenizer is None:
        return [told, *(skipped(check, "see tokenizer") for check in TRIP)]
    settings = workspace.settings
    try:
        budget = ceiling(
            settings.context.budget_tokens, workspace.spec, settings.completion.max_tokens
        )
    except InferenceError as fault:
        return [told, error("round trip", str(fault), "raise `context.budget_tokens`")]
    line = Line(
        workspace.backend,
        workspace.spec,
        tokenizer,
        budget,
        session=workspace.session_name,
        # Who counts by another model's tokenizer counts nothing.
        trusted=told.level == "ok",
        new_tokens=settings.completion.max_tokens,
    )
    if settings.endpoint is None:
        line = replace(line, patience_s=LOADING_S)
    return [told, *await examine_trip(line)]
