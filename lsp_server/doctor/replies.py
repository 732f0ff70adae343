"""Made-up code sent to the backend as a completion's prompt is, and what comes back."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from context.types import Selection
from inference.answer.stops import StopScanner
from inference.errors import BackendError
from inference.prompt.pack import PackState, pack
from inference.types import Prompt, Request, Usage

if TYPE_CHECKING:
    from inference.models import ModelSpec
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Backend
    from lsp_server.doctor.holes import Hole

PATH = "doctor.py"
# Of the longest hole there are eight, and a fence comes soon.
_NEW_TOKENS = 16
_PATIENCE_S = 120.0
# Weights on this machine may have to be loaded first.
LOADING_S = 1200.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one prompt.

    Attributes:
        n_tokens: what the prompt takes, as counted here.
        exact: that is no estimate, so that the server's count should be the same.
        seconds: until the first text.
    """

    text: str
    n_tokens: int
    exact: bool
    seconds: float
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A backend to ask, with what prompts for it are made with.

    Attributes:
        trusted: the tokenizer may be the server's; where it is known not to be, counts
            made here say nothing of those made there.
        patience_s: so long an answer may take.
        new_tokens: what the product asks for at most.
    """

    backend: Backend
    spec: ModelSpec
    tokenizer: Tokenizer
    budget_tokens: int
    session: str = ""
    trusted: bool = True
    patience_s: float = _PATIENCE_S
    new_tokens: int = _NEW_TOKENS


async def fill(line: Line, hole: Hole, *, as_text: bool = False) -> Reply:
    """What the model puts into the hole, asked as the product asks.

    Args:
        line: where to.
        hole: in made-up code.
        as_text: send no ids, as for a format whose sentinels no tokenizer may have.

    Raises:
        InferenceError: of the backend, or the prompt can't be made.
    """
    return await ask(line, prompt_for(line, hole, as_text=as_text))


def prompt_for(line: Line, hole: Hole, *, as_text: bool = False) -> Prompt:
    """The prompt with that hole, by the model's own format.

    Raises:
        InferenceError: the budget is too small for it, or the tokenizer isn't the model's.
    """
    prompt, _ = pack(
        Selection(hole.prefix, hole.suffix, (), None, ()),
        PackState(),
        path=PATH,
        spec=line.spec,
        tokenizer=line.tokenizer,
        budget_tokens=line.budget_tokens,
        as_ids=line.backend.capabilities.token_ids and not as_text,
        anchoring="off",
    )
    return replace(prompt, token_ids=None) if as_text else prompt


async def go_on(line: Line, text: str) -> Reply:
    """What comes behind a text that is sent as it is.

    Raises:
        InferenceError: of the backend.
    """
    return await ask(line, Prompt(text, None, line.tokenizer.count(text), (), ()))


async def ask(line: Line, prompt: Prompt, new_tokens: int = _NEW_TOKENS) -> Reply:
    """What the backend answers to a prompt, up to its stop texts.

    Args:
        line: where to.
        prompt: as it is.
        new_tokens: a ceiling.

    Raises:
        BackendError: the backend's own, or it said nothing in time.
    """
    request = Request(
        "",
        "",
        PATH,
        "Python",
        prompt=prompt,
        max_new_tokens=new_tokens,
        session=line.session,
    )
    try:
        async with asyncio.timeout(line.patience_s):
            return await _heard(line, request, prompt)
    except TimeoutError:
        raise BackendError(
            f"the backend gave no answer within {line.patience_s:g} s; see what it is doing"
        ) from None


async def _heard(line: Line, request: Request, prompt: Prompt) -> Reply:
    scanner, pieces, usage = StopScanner(prompt.stops), list[str](), None
    began_s = time.perf_counter()
    first_s: float | None = None
    stopped = False
    async with aclosing(line.backend.stream(request)) as chunks:
        async for chunk in chunks:
            if chunk.text and first_s is None:
                first_s = time.perf_counter() - began_s
            usage = chunk.usage or usage
            if not stopped:
                text, stopped = scanner.feed(chunk.text)
                pieces.append(text)
    # To the end, as it is the last chunk that tells what was used.
    pieces.append("" if stopped else scanner.finish())
    seconds = first_s or time.perf_counter() - began_s
    exact = line.tokenizer.exact and line.trusted
    return Reply("".join(pieces), prompt.n_tokens, exact, seconds, usage)
