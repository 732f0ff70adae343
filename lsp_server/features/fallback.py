"""`textDocument/completion`, for editors that have no other way to show a completion.

The same completion as inline, as the one entry that Infill has for the editor's list. An
editor filters its list by the word before the cursor, so the entry begins with that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types

from lsp_server.features.inline_completion import offered_at
from lsp_server.inline.items import COMMAND, TITLE, as_told

if TYPE_CHECKING:
    from inference.types import Completion
    from lsp_server.inline.asked import Asked
    from lsp_server.positions import Encoding
    from lsp_server.server import InfillServer
    from lsp_server.settings import Settings

DETAIL = "Infill"
# Behind these an editor asks by itself, as it does in words.
TRIGGERS = (".", "(", "=")
LONGEST_LABEL = 80

LONGEST_WORD = 200

_WORD = re.compile(r"\w*\Z")
_TICKS = re.compile("`+")
# Before all that another server has to say.
_FIRST = "\t"


def wants_list(settings: Settings, capabilities: types.ClientCapabilities) -> bool:
    """Whether completions go to the editor's list."""
    wish = settings.completion.as_list
    document = capabilities.text_document
    shows_inline = document is not None and document.inline_completion is not None
    return wish == "always" or (wish == "auto" and not shows_inline)


def offer_in_list(server: InfillServer) -> None:
    """Bind the feature to a server that is being initialized, so that it is advertised."""
    options = types.CompletionOptions(trigger_characters=TRIGGERS)

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    async def completion(params: types.CompletionParams) -> types.CompletionList:
        # An editor doesn't tell a key from a wish here, so it is as if it had asked by itself.
        found = await offered_at(server, params.text_document.uri, params.position)
        encoding = server.session.documents.encoding
        items = [_item(found[0], *one, encoding) for one in found[1][:1]] if found else []
        # What is offered goes on from what is typed, so that every key asks anew.
        return types.CompletionList(is_incomplete=True, items=items)


def _item(
    asked: Asked, identifier: str, completion: Completion, encoding: Encoding
) -> types.CompletionItem:
    document, (start, end) = asked.document, completion.replace
    word = _word_before(document.text, start)
    typed = word + document.text[start : asked.snapshot.cursor]
    text = word + as_told(completion.text)
    span = types.Range(
        document.position_of(start - len(word), encoding), document.position_of(end, encoding)
    )
    return types.CompletionItem(
        label=_label(text),
        kind=types.CompletionItemKind.Text,
        detail=DETAIL,
        documentation=types.MarkupContent(
            types.MarkupKind.Markdown, _fenced(text, document.language_id)
        ),
        preselect=True,
        sort_text=_FIRST,
        filter_text=text if text.startswith(typed) else typed + text,
        insert_text_format=types.InsertTextFormat.PlainText,
        insert_text_mode=types.InsertTextMode.AsIs,
        text_edit=types.TextEdit(span, text),
        command=types.Command(TITLE, COMMAND, arguments=[identifier]),
    )


def _word_before(text: str, offset: int) -> str:
    """The half of a word that stands right before a place."""
    line = text[max(text.rfind("\n", 0, offset) + 1, offset - LONGEST_WORD) : offset]
    found = _WORD.search(line)
    return found[0] if found else ""


def _label(text: str) -> str:
    """The first line that says something, short enough for a list."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first, *others = lines or [""]
    is_cut = len(first) > LONGEST_LABEL or bool(others)
    return first[:LONGEST_LABEL].rstrip() + (" …" if is_cut else "")


def _fenced(text: str, language: str) -> str:
    """The whole text as code, in a fence that nothing in it closes."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
