"""What vLLM takes beyond OpenAI's API, and how to find out that a server does.

Never taken for granted: other servers ignore what they don't know, or read ids as
another model would.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from inference.wire.endpoint import Endpoint

PROBE = (
    "def f(a):\n\n    '''x  \n\t'''\n    return [a, 12345,\n        'é世界🙂 '] "
    " \nclass Tested:\n }\n} // \n  end"
)
BEGINNING = "structured_outputs"
# It looks for stop texts in what it sends, where special tokens are left out, so that a
# completion would run on into the next file; and it holds back as many characters as the
# longest of them has, which is several tokens of waiting. So it is told of none and sends
# all tokens but EOS: stop texts are looked for here, and end the generation.
SHOWN_STOPS = {"skip_special_tokens": False}
_OWNER = "vllm"
_OK = 200
_FAILED = 500
_UNLIKELY = "Qz7_"
_PROBE_TOKENS = 8


async def is_vllm(client: httpx.AsyncClient, endpoint: Endpoint) -> bool:
    """Whether the server says so of itself, in its list of models.

    Raises:
        httpx.HTTPError: it can't be reached, so that nothing is known.
    """
    response = await client.get(f"{endpoint.url}/models")
    if response.status_code >= _FAILED:
        response.raise_for_status()
    found = _object(response).get("data")
    if not isinstance(found, list):
        return False
    models: list[Any] = found  # pyright: ignore[reportUnknownVariableType] - JSON
    entries = (cast("dict[str, Any]", each) for each in models if isinstance(each, dict))
    return any(entry.get("owned_by") == _OWNER for entry in entries)


async def reads_alike(
    client: httpx.AsyncClient, endpoint: Endpoint, model: str, ids: Sequence[int]
) -> bool:
    """Whether these, our ids of `PROBE`, are those that the server's model has for it.

    Its path lies beside `/v1`, not below it.

    Raises:
        httpx.HTTPError: it can't be reached, so that nothing is known.
    """
    root = endpoint.url.removesuffix("/v1")
    asked = {"model": model, "prompt": PROBE, "add_special_tokens": False}
    return _object(await client.post(f"{root}/tokenize", json=asked)).get("tokens") == [*ids]


async def heals(client: httpx.AsyncClient, endpoint: Endpoint, model: str) -> bool:
    """Whether it can be made to begin with a text that no model would begin with.

    Versions that spell it in another way ignore what is asked and answer all the same.
    Log-probabilities are asked for on the way: some compile for half a minute the first
    time, for which whoever completes first needn't wait.

    Raises:
        httpx.HTTPError: it can't be reached, so that nothing is known.
    """
    asked = {"model": model, "prompt": "a", "max_tokens": _PROBE_TOKENS, "temperature": 0}
    asked |= beginning_with(_UNLIKELY)
    url = f"{endpoint.url}/completions"
    response = await client.post(url, json=asked | {"logprobs": 1})
    answer = _object(response) or _object(await client.post(url, json=asked))
    try:
        text = answer["choices"][0]["text"]
    except (KeyError, IndexError, TypeError):
        return False
    return isinstance(text, str) and text.startswith(_UNLIKELY)


def beginning_with(text: str) -> dict[str, Any]:
    """What to put into a request, so that its answer begins with the text; nothing for none."""
    if not text or "\0" in text:
        # Its grammars refuse that one character.
        return {}
    return {BEGINNING: {"regex": re.escape(text) + r"[\s\S]*"}}


def _object(response: httpx.Response) -> dict[str, Any]:
    """What it says; nothing where that is a refusal or no object."""
    if response.status_code != _OK:
        return {}
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
