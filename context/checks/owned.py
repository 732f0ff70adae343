"""What of the repository's own a member is read from, in languages that name their types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import CONTAINERS
from context.parsing.parse import parse_open
from context.selection.infer import Where, enclosing_class
from context.selection.outlined import Source
from context.selection.scope import enclosing
from context.selection.sight import Found, Sight
from context.text import digest, to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.index import Index
    from context.resolve.go import Layout
    from context.selection.memo import Memo
    from context.types import Snapshot

_MOST_KIN = 16
_SCRIPTS = frozenset({"TypeScript", "JavaScript", "JSX"})
_WORD = re.compile(r"[^\W\d]\w*\Z")
_BASES = re.compile(r"\b(?:extends|implements)\b|(?<!:):(?!:)")
_NO_BASE = frozenset({"extends", "implements", "permits", "struct", "unmanaged", "notnull"})
_MADE = re.compile(
    r"^\s*(?:@(?!Override|Deprecated|SuppressWarnings|Beta\b)|\[)|\bpartial\b", re.MULTILINE
)
# Members that no text shows are made by these.
_OPEN = re.compile(
    r"\[\s*\w+\s*:\s*(?:string|number|symbol|any)\b|\bObject\.(?:assign|definePropert)"
    r"|\bnew Proxy\b|\bthis\s*\[|\bReflect\.set\b"
)


class Place:
    """A document and its cursor, in front of its repository."""

    def __init__(
        self,
        index: Index,
        snapshot: Snapshot,
        read: Callable[[str], str | None],
        memo: Memo,
    ) -> None:
        self.index = index
        self.snapshot = snapshot
        self._read = read
        self._memo = memo
        self._sight: Sight | None = None

    @property
    def sight(self) -> Sight:
        """The repository as the document sees it; made when first asked for."""
        if self._sight is None:
            shot, known = self.snapshot, self.index.facts.get(self.snapshot.path)
            if known is None or known.digest != digest(to_bytes(shot.text)):
                known = parse_open(shot.path, shot.language, shot.text)
            document = Source(known, shot.text)
            edges = self.index.edges_of(known)
            self._sight = Sight(self.index, document, edges, self._read, self._memo)
        return self._sight


def owner_of(place: Place, receiver: str, name: str) -> str | None:
    """What of the repository a member would belong to; None where that isn't sure."""
    language = place.snapshot.language
    if not _WORD.match(receiver):
        return None
    if language == "Go":
        return _package(place, receiver) if name[:1].isupper() else None
    found = _own(place) if receiver == "this" else _type(place, receiver)
    if found is None or not _is_closed(place.sight, found, language):
        return None
    kind = place.sight.kind(found)
    if language == "Rust" and (kind != "enum" or not name[:1].isupper()):
        return None
    if language == "C#" and receiver == "this":
        # Extension methods are nobody's members.
        return None
    return place.sight.name(found)


def _package(place: Place, receiver: str) -> str | None:
    """A Go package of the repository that a file imports under a name."""
    layout: Layout = place.index.layout("Go")
    facts = place.sight.document.facts
    text = place.snapshot.text
    bound = re.search(rf"\b{receiver}\s*(?:,[^=\n]*)?:?=|\b(?:var|func)\s+{receiver}\b", text)
    if bound is not None or re.search(rf"[(,]\s*{receiver}\s+[\w*\[]", text) or '"C"' in text:
        return None
    for item in facts.imports:
        folder = layout.folder_of_package(item.module)
        files = layout.files.get(folder, ()) if folder is not None else ()
        named = item.alias or item.module.rpartition("/")[2]
        packages = {place.index.facts[path].package for path in files}
        if files and (named == receiver or receiver in packages):
            return item.module
    return None


def _own(place: Place) -> Found | None:
    """The class around the cursor."""
    facts, shot = place.sight.document.facts, place.snapshot
    around = enclosing(facts, shot.text, shot.cursor)
    numbers = tuple(at for at, item in enumerate(facts.definitions) if item in around)
    if shot.language in _SCRIPTS and (not around or around[-1].kind != "method"):
        return None
    row = shot.text.count("\n", 0, shot.cursor)
    found = enclosing_class(place.sight, Where(shot.path, numbers, row))
    return found if found is not None and place.sight.kind(found) == "class" else None


def _type(place: Place, receiver: str) -> Found | None:
    """The type of a name, or the one that a variable of that name is declared as."""
    sight, shot = place.sight, place.snapshot
    if not receiver[:1].isupper():
        declared = _declared(shot.text, receiver) if shot.language == "Java" else None
        return _type(place, declared) if declared is not None else None
    found = sight.lookup(shot.path, receiver)
    kinds = {"class", "enum"}
    is_sure = len(found) == 1 and sight.kind(found[0]) in kinds and found[0].at >= 0
    is_local = re.search(rf"\b(?:const|let|var|type|interface)\s+{receiver}\b", shot.text)
    return found[0] if is_sure and not is_local else None


def _declared(text: str, name: str) -> str | None:
    """The one type that all declarations of a name in a Java file give it."""
    declared = re.findall(rf"([^\s<>()=]+)(?:<[^<>;(){{}}]*>)?\s+{name}\s*(?=[=;,):])", text)
    types = {each for each in declared if each not in {"return", "final", "+", "?", ":", "&&"}}
    is_inferred = re.search(rf"\bvar\s+{name}\b|\b{name}\s*->|\(\s*{name}\s*,", text)
    only = types.pop() if len(types) == 1 and not is_inferred else ""
    return only if re.fullmatch(r"[A-Z]\w*", only) else None


def _is_closed(sight: Sight, found: Found, language: str) -> bool:
    """Whether all that gives a type its members lies in the repository, and shows them."""
    kin = sight.kindred(found)
    return len(kin) < _MOST_KIN and all(_shows_all(sight, each, language) for each in kin)


def _shows_all(sight: Sight, found: Found, language: str) -> bool:
    source = sight.source(found.path)
    if source is None or found.at < 0:
        return False
    head, name = source.head(found.at), source.definitions[found.at].name
    if _MADE.search(head) or (language in _SCRIPTS and _OPEN.search(source.body(found.at))):
        return False
    signature = head.partition(name)[2].partition("{")[0].partition(" where ")[0]
    if language == "Rust":
        return True
    while "<" in signature:
        shorter = re.sub(r"<[^<>]*>", "", signature)
        if shorter == signature:
            return False
        signature = shorter
    start = _BASES.search(signature)
    if start is None:
        return True
    bases = signature[start.end() :]
    words = [word for word in re.findall(r"[\w.]+", bases) if word not in _NO_BASE]
    return "(" not in bases and all(_leads_to_type(sight, found.path, word) for word in words)


def _leads_to_type(sight: Sight, path: str, word: str) -> bool:
    found = list(sight.words_in(path, word))
    return bool(found) and all(sight.kind(each) in CONTAINERS and each.at >= 0 for each in found)
