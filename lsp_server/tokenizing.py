"""The tokenizer of the model in use: loaded once, and again where that may bring a better one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from inference.tokens.load import TokenizeEndpoint, load_tokenizer
from inference.tokens.tokenizer import EstimatingTokenizer
from lsp_server.opening import api_key

if TYPE_CHECKING:
    from inference.models import ModelSpec
    from inference.tokens.tokenizer import Tokenizer
    from lsp_server.settings import Settings

# A server that didn't tell how its model reads texts is asked again so often at most.
_RELOAD_S = 30.0


@dataclass(slots=True)
class Reader:
    """How the model of these settings reads texts; safe from any thread.

    Attributes:
        probed: it was found out what the backend's server takes, with the tokenizer in use.
    """

    settings: Settings
    spec: ModelSpec
    probed: bool = False
    _known: Tokenizer | None = None
    _loaded_s: float = 0.0
    _loading: Lock = field(default_factory=Lock)

    def tokenizer(self) -> Tokenizer:
        """The tokenizer as of now; loading it can take two seconds, so not on the event loop.

        Loaded once, but where it is one for now: an estimate takes the place of a server's
        that has failed, and the server is asked again by and by.

        Raises:
            TokenizerError: it can't be read, or doesn't fit the model.
        """
        with self._loading:
            known = self._known
            if known is None or (known.for_now and self._is_due()):
                known = self._loaded(known)
            elif known.for_now and known.exact:
                known = EstimatingTokenizer(for_now=True)
            self._known = known
            return known

    def _is_due(self) -> bool:
        return time.monotonic() - self._loaded_s >= _RELOAD_S

    def _loaded(self, known: Tokenizer | None) -> Tokenizer:
        """The tokenizer as of now; the known one where both are estimates for now."""
        found = load_tokenizer(
            self.settings.tokenizer,
            self.spec,
            folder=self.settings.model,
            endpoint=_tokenize_endpoint(self.settings),
        )
        self._loaded_s = time.monotonic()
        # What was made with an estimate stays as it is while there is no better one.
        if known is not None and not known.exact and found.for_now:
            return known
        # Whether the backend's server takes the ids of this one isn't known.
        self.probed = False
        return found


def _tokenize_endpoint(settings: Settings) -> TokenizeEndpoint | None:
    """Where a server may be asked how its model reads texts."""
    if settings.endpoint is None:
        return None
    name = settings.served_model or settings.model
    return TokenizeEndpoint(settings.endpoint, name, api_key(settings))
