"""What has come of a generation that isn't waited for any longer: its whole lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.answer.judge import judge
from inference.types import NoCompletion
from lsp_server.completion import Answer
from lsp_server.inline.passing import look_over

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from inference.answer.heard import Heard
    from inference.types import Completion
    from lsp_server.inline.generations import Generation

_NO_TURN = "the backend was busy with other requests up to the deadline"
_NO_PROMPT = "the prompt wasn't made up to the deadline"
_NOTHING = "nothing came up to the deadline"
_NO_LINE = "no whole line came up to the deadline"


async def what_came(generation: Generation, executor: Executor) -> Answer:
    """The whole lines that have come, as far as they pass; or why there are none.

    Half a line is nothing to offer: what was cut off is in the way of what is typed.
    """
    progress = generation.progress
    ready, heard = progress.ready, progress.heard
    if ready is None or heard is None:
        return Answer(NoCompletion(_NO_PROMPT if progress.is_begun else _NO_TURN))
    prompt_tokens = ready.prepared.prompt.n_tokens if ready.prepared else 0
    answer = Answer(_whole_lines(heard), prompt_tokens, heard.n_tokens)
    return await look_over(executor, answer, ready.checks, heard.rules.min_confidence)


def _whole_lines(heard: Heard) -> Completion | NoCompletion:
    if heard.first_token_s is None:
        return NoCompletion(_NOTHING)
    if "\n" not in heard.text.lstrip():
        return NoCompletion(_NO_LINE)
    # It goes on being heard after this look at it.
    was_torn, heard.torn = heard.torn, True
    try:
        return judge(heard)
    finally:
        heard.torn = was_torn
