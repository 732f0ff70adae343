"""The next completion made ahead, while its user reads this one: as if this were accepted.

What comes of it goes into the cache. It is asked last of all, and ends as soon as somebody
waits for anything that it doesn't serve. The document stays what it is, and so does what
is remembered of its prompts, until somebody comes to where this one was made for: then
the next prompt goes on from this one, which the backend has read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lsp_server.inline.cache import Ahead
from lsp_server.inline.starting import start
from lsp_server.inline.turns import PREFETCH

if TYPE_CHECKING:
    import asyncio

    from inference.types import Completion
    from lsp_server.completion import Answer
    from lsp_server.inline.asked import Asked
    from lsp_server.inline.generations import Generation
    from lsp_server.server import InfillServer
    from lsp_server.workspace import Remembered

# Who gets an answer so soon doesn't notice whether it was made ahead.
INSTANT_S = 0.03
_CLOSERS = ")]}\"'`>;,: \t\r"


def prefetch(server: InfillServer, asked: Asked, completion: Completion) -> Generation | None:
    """What is begun for whoever accepts the completion; None where nothing is.

    Nothing is for who chooses among several, where the backend answers in no time, where
    the completion's end is no place to go on from, and where the answer is known.

    Args:
        server: whose session it belongs to.
        asked: what the completion was made for.
        completion: the one that is offered.
    """
    workspace = asked.workspace
    if asked.is_invoked or not workspace.settings.completion.prefetch:
        return None
    first_token_s = server.session.generations.lane_of(workspace).first_token_s
    if first_token_s is not None and first_token_s < INSTANT_S:
        return None
    ahead = accepted(asked, completion)
    if ahead is None or workspace.cache.knows(ahead):
        return None
    known = workspace.remembered.get(ahead.snapshot.path)
    generation = start(server, ahead, PREFETCH)
    if generation is not None:
        generation.task.add_done_callback(lambda task: _lead_on(generation, known, task))
    return generation


def accepted(asked: Asked, completion: Completion) -> Asked | None:
    """The request that would come next if the completion were accepted.

    None where its end is no place to go on from. Brackets that are closed right behind it
    are gone over: nothing is missing before them, and something may be after.
    """
    was, (start_at, end) = asked.snapshot, completion.replace
    line_end = was.text.find("\n", end)
    rest = was.text[end : line_end if line_end >= 0 else len(was.text)]
    closing = rest.rstrip()
    if closing.strip(_CLOSERS):
        return None
    text = was.text[:start_at] + completion.text + was.text[end:]
    cursor = start_at + len(completion.text) + len(closing)
    return replace(
        asked, snapshot=replace(was, version=None, text=text, cursor=cursor), selected=None
    )


def _lead_on(generation: Generation, known: Remembered | None, task: asyncio.Task[Answer]) -> None:
    """Have the next prompt go on from this one's, if somebody comes to where it was made for."""
    ready = generation.progress.ready
    if task.cancelled() or task.exception() is not None:
        return
    if ready is not None and ready.prepared is not None:
        leads_to = Ahead(known, ready.prepared.remembered)
        generation.asked.workspace.cache.lead_on(generation.asked, leads_to)
