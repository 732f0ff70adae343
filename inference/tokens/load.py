"""The model's own tokenizer, wherever one is; else an estimate that says it is one."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inference.errors import InferenceError, TokenizerError
from inference.models.gguf import is_gguf
from inference.tokens.estimate import EstimatingTokenizer
from inference.tokens.hub import TOKENIZER_FILE, cached_tokenizer, expanded, is_hub_name
from inference.weights.find import weights_at
from inference.wire.endpoint import parse_endpoint

if TYPE_CHECKING:
    from pathlib import Path

    from inference.models.spec import ModelSpec
    from inference.tokens.tokenizer import Tokenizer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TokenizeEndpoint:
    """The model server that may be asked for tokens.

    Attributes:
        url: its base address as in the setting `endpoint`; `/v1` may end it.
        model: the model's name there.
        api_key: sent as bearer token.
    """

    url: str
    model: str
    api_key: str | None = field(default=None, repr=False)


def load_tokenizer(
    wanted: str | Path | None,
    spec: ModelSpec,
    *,
    folder: str | Path | None = None,
    endpoint: TokenizeEndpoint | None = None,
) -> Tokenizer:
    """The tokenizer of the model; reads files and may ask the server, so not on an event loop.

    The first of these that is there: what the user set; the model folder's own; the
    hub's local cache; the server's tokenize endpoint; an estimate, for now where a server
    gave no answer (see `Tokenizer.for_now`). Nothing is downloaded.

    Args:
        wanted: the setting `tokenizer`: a tokenizer.json, the folder that holds one, or
            a name on the hub whose tokenizer was downloaded before.
        spec: the model whose sentinels it must know.
        folder: the setting `model`, which may name the folder with the weights, or a
            `.gguf` file of them.
        endpoint: the server that completes; asked only on this machine, as texts are
            counted before it is known whether they may leave it.

    Raises:
        TokenizerError: what the user set can't be read, isn't on this machine, or lacks
            a sentinel of the model's format. What was merely found and doesn't fit is
            passed over, with a warning in the log.
    """
    if wanted is not None:
        return _from_file(*_named(wanted), spec)
    found = _found(spec, folder)
    if found is None and endpoint is not None:
        found = _asked(spec, endpoint)
    return found or EstimatingTokenizer()


def tokenizer_file(wanted: str | Path) -> Path:
    """The file that the setting `tokenizer` means; it may not be there.

    Raises:
        TokenizerError: a name on the hub that wasn't downloaded.
    """
    path, _ = _named(wanted)
    return path / TOKENIZER_FILE if path.is_dir() else path


def _named(wanted: str | Path) -> tuple[Path, str | None]:
    """The file that the setting means, and what to call it."""
    path = expanded(wanted)
    name = str(wanted)
    if path.exists() or not is_hub_name(name):
        return path, None
    cached = cached_tokenizer(name)
    if cached is None:
        raise TokenizerError(
            f"the tokenizer {name} is neither a file nor in the hub's local cache; "
            f"`infill models --download-tokenizer {name}` fetches it"
        )
    return cached, name


def _found(spec: ModelSpec, folder: str | Path | None) -> Tokenizer | None:
    """The first tokenizer on this machine that nobody named and that fits."""
    for path, name in _places(spec, folder):
        try:
            return _from_file(path, name, spec)
        except TokenizerError as error:
            _log.warning("passed over: %s", error)
    return None


def _places(spec: ModelSpec, folder: str | Path | None) -> list[tuple[Path, str | None]]:
    places: list[tuple[Path, str | None]] = []
    if folder is not None:
        own = _own(expanded(folder))
        places += [(own, None)] if own.is_file() else []
    cached = ((cached_tokenizer(name), name) for name in spec.hub)
    return places + [(path, name) for path, name in cached if path is not None]


def _own(model: Path) -> Path:
    """The file that brings a model's tokenizer: that of its folder, else the `.gguf` itself."""
    if is_gguf(model):
        return model
    file = model / TOKENIZER_FILE
    return (weights_at(model) if model.is_dir() and not file.is_file() else None) or file


def _from_file(path: Path, name: str | None, spec: ModelSpec) -> Tokenizer:
    # The library takes 30 ms to load, which a start without a tokenizer needn't wait for.
    from inference.tokens.file import FileTokenizer

    return _fitting(FileTokenizer(path, name), spec)


def _asked(spec: ModelSpec, endpoint: TokenizeEndpoint) -> Tokenizer:
    """The server's tokenizer where it is on this machine, tells, and fits; else an estimate."""
    from inference.tokens.asking import UnansweredError
    from inference.tokens.server import ServerTokenizer

    try:
        parsed = parse_endpoint(endpoint.url)
        if not parsed.loopback:
            return EstimatingTokenizer()
        keys = spec.format.keys
        reserved = sorted({*spec.format.reserved, *keys})
        return _fitting(
            ServerTokenizer(parsed, endpoint.model, reserved, endpoint.api_key, keys=keys), spec
        )
    except InferenceError as error:
        _log.info("tokens are estimated: %s", error)
        return EstimatingTokenizer(for_now=isinstance(error, UnansweredError))


def _fitting(tokenizer: Tokenizer, spec: ModelSpec) -> Tokenizer:
    missing = [mark for mark in spec.format.keys if tokenizer.control_id(mark) is None]
    if missing:
        raise TokenizerError(
            f"the tokenizer {tokenizer.name} has no token {missing[0]}, which the model "
            f"{spec.name} needs; set `tokenizer` to the tokenizer.json of that model"
        )
    return tokenizer
