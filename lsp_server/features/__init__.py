"""One module a group of messages, each with a `register` that binds it to a server."""

from __future__ import annotations

from lsp_server.features import (
    accept,
    context,
    documents,
    inline_completion,
    lifecycle,
    settings,
)

FEATURES = (
    lifecycle.register,
    documents.register,
    inline_completion.register,
    accept.register,
    context.register,
    settings.register,
)
