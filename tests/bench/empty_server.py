"""A language server that answers each request with nothing: the floor of `overhead.py`."""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer


def main() -> None:
    """Serve on standard input and output."""
    server = LanguageServer("empty", "1")

    @server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
    async def nothing(  # pyright: ignore[reportUnusedFunction] - by the decorator
        _: types.InlineCompletionParams,
    ) -> list[types.InlineCompletionItem]:
        return []

    @server.feature("infill/nothing")
    def settled(*_: object) -> None:  # pyright: ignore[reportUnusedFunction] - by the decorator
        """Nothing; whoever asks knows that all before it was taken in."""

    server.start_io()


if __name__ == "__main__":
    main()
