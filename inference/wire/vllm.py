"""What vLLM and its like take beyond OpenAI's API, and how to find out that a server does.

Never taken for granted: other servers ignore what they don't know, or read ids as
another model would.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from inference.wire.models import object_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from inference.wire.endpoint import Endpoint
    from inference.wire.models import Kind

PROBE = (
    "def f(a):\n\n    '''x  \n\t'''\n    return [a, 12345,\n        'é世界🙂 '] "
    " \nclass Tested:\n }\n} // \n  end"
)
# By which fields a pattern for the answer is given.
BEGINNINGS = ("structured_outputs", "regex")
# It looks for stop texts in what it sends, where special tokens are left out, so that a
# completion would run on into the next file; and it holds back as many characters as the
# longest of them has, which is several tokens of waiting. So it is told of none and sends
# all tokens but EOS: stop texts are looked for here, and end the generation.
SHOWN_STOPS = {"skip_special_tokens": False}
_UNLIKELY = "Qz7_"
_PROBE_TOKENS = 8
_BUSY = (429, 503)


async def reads_alike(
    http: httpx.AsyncClient, endpoint: Endpoint, model: str, ids: Sequence[int], kind: Kind
) -> bool | None:
    """Whether these, our ids of `PROBE`, are those that the server's model has for it.

    None where it doesn't tell. Its path lies beside `/v1`, not below it; SGLang has it since
    its version 0.5.3, and spells it as vLLM does.

    Raises:
        httpx.HTTPError: it can't be reached, so that nothing is known.
    """
    root = endpoint.url.removesuffix("/v1")
    asked: dict[str, Any] = {"model": model, "prompt": PROBE, "add_special_tokens": False}
    if kind == "llamacpp":
        asked = {"content": PROBE, "add_special": False, "parse_special": False}
    told = object_of(await http.post(f"{root}/tokenize", json=asked)).get("tokens")
    return None if told is None else told == [*ids]


async def heals(http: httpx.AsyncClient, url: str, model: str, kind: Kind) -> bool | None:
    """Whether it can be made to begin with a text that no model would begin with.

    None where it takes no requests for now.

    Versions that spell it in another way ignore what is asked and answer all the same.
    Log-probabilities are asked for on the way: some compile for half a minute the first
    time, for which whoever completes first needn't wait.

    Raises:
        httpx.HTTPError: it can't be reached, so that nothing is known.
    """
    wanted = beginning_with(_UNLIKELY, kind)
    if not wanted:
        return False
    asked = {"model": model, "prompt": "a", "max_tokens": _PROBE_TOKENS, "temperature": 0} | wanted
    response = await http.post(url, json=asked | {"logprobs": 1})
    if not (answer := object_of(response)):
        response = await http.post(url, json=asked)
        answer = object_of(response)
    if response.status_code in _BUSY:
        return None
    try:
        text = answer["choices"][0]["text"]
    except (KeyError, IndexError, TypeError):
        return False
    return isinstance(text, str) and text.startswith(_UNLIKELY)


def beginning_with(text: str, kind: Kind = "vllm") -> dict[str, Any]:
    """What to put into a request, so that its answer begins with the text; nothing for none."""
    if not text or "\0" in text or kind == "llamacpp":
        # Their grammars refuse that one character; llama.cpp's are another matter.
        return {}
    pattern = re.escape(text) + r"[\s\S]*"
    return {"regex": pattern} if kind == "sglang" else {"structured_outputs": {"regex": pattern}}
