"""Places in a repository at which another file is needed, to see whether it is packed.

A place is where a line was cut off, right before a name that a model can only know from
another file: an imported one, or a member or keyword argument that the file itself has
nowhere else. They are found in any language that has a grammar, by what the index knows.
Pure: chance comes in as a generator of random numbers.
"""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from context.facts import CONTAINERS
from context.probe.sources import is_source, line_end, source_of, word_at
from context.text import offsets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from random import Random

    from context.facts import FileFacts
    from context.index import Index
    from context.probe.sources import Read, Source

Kind = Literal["definition", "member"]

# In shorter files, and above, stands little but imports.
_FIRST_ROW = {"definition": 30, "member": 20}
_MOST_A_FILE = {"definition": 4, "member": 3}
# A name that more files define is everybody's.
_MOST_DEFINERS = 8
_LEAST_TRUTH, _MOST_TRUTH = 8, 120
_WORD = re.compile(rb"[A-Za-z_]\w{3,}")
_MEMBER = re.compile(rb"(?<=[.>:])[A-Za-z_]\w{3,}|(?<=[(,\s])[A-Za-z_]\w{3,}(?=\s?[:=](?![=:]))")
_PARAMETER = re.compile(r"[A-Za-z_]\w{3,}(?=\s*[:=,)])")
_ARGUMENTS = frozenset({"keyword_argument", "named_argument", "value_argument", "argument"})
# Languages in which arguments can be named, so that parameters are names to know.
_NAMES_ARGUMENTS = frozenset({"Python", "Kotlin", "Scala", "C#", "Swift", "Ruby", "PHP"})
_LIBRARY_NAMES = """
    length push forEach filter reduce then catch finally toString hashCode equals keys values
    entries includes indexOf lastIndexOf slice splice concat join split replace match trim test
    exec apply call bind prototype constructor hasOwnProperty getClass size isEmpty contains
    append substring charAt format println valueOf compareTo iterator next hasNext close write
    read flush clear insert remove find some every sort reverse shift unshift resolve reject
    assign freeze create message name stack default startsWith endsWith toLowerCase toUpperCase
    ordinal getName getType addAll putAll containsKey entrySet keySet stream collect asList
    toArray getKey getValue intValue longValue parse stringify error warn info debug
"""
_LIBRARY = frozenset(_LIBRARY_NAMES.split()).union(
    *map(dir, (builtins, str, bytes, dict, list, set, int, BaseException))
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line is cut, and what ought to be known there.

    Attributes:
        cursor: where the text before the hole ends, at the first character of `name`.
        end: where the text goes on: the end of the line.
        signs: any of these texts shows a reader what is asked for.
    """

    kind: Kind
    path: str
    language: str
    cursor: int
    end: int
    name: str
    signs: tuple[str, ...]

    def is_found(self, texts: Iterable[str]) -> bool:
        """Whether one of the texts of other files shows what is asked for."""
        if self.kind == "definition":
            return any(sign in text for text in texts for sign in self.signs)
        word = re.compile(rf"\b{re.escape(self.name)}\b")
        return any(word.search(text) is not None for text in texts)


def definition_places(index: Index, read: Read, rng: Random, n: int) -> list[Place]:
    """Up to `n` uses of names that another file of the repository defines, in random order."""
    return _drawn(index, rng, n, lambda path: _definition_uses(index, read, path))


def member_places(index: Index, read: Read, rng: Random, n: int) -> list[Place]:
    """Up to `n` members and named arguments that their file has once and others define."""
    definers = _definers(index, read)
    return _drawn(index, rng, n, lambda path: _member_uses(index, read, definers, path))


def _drawn(
    index: Index, rng: Random, n: int, uses: Callable[[str], list[tuple[int, Place]]]
) -> list[Place]:
    """A few places from each of some files: big files are no better judges than small ones."""
    paths = [path for path, facts in sorted(index.facts.items()) if is_source(facts)]
    rng.shuffle(paths)
    found: list[Place] = []
    for path in paths:
        if len(found) >= n:
            break
        by_row = uses(path)
        rng.shuffle(by_row)
        rows = dict(reversed(by_row))
        kept = [place for row, place in by_row if rows[row] is place]
        found += kept[: _MOST_A_FILE[kept[0].kind]] if kept else []
    return found[:n]


def _definition_uses(index: Index, read: Read, path: str) -> list[tuple[int, Place]]:
    taken = _taken(index, index.facts[path])
    source = source_of(index, read, path) if taken else None
    if source is None:
        return []
    words = b"|".join(re.escape(word.encode()) for word in sorted(taken))
    hits: list[tuple[int, str]] = []
    for hit in re.finditer(rb"(?<![\w$])(?:" + words + rb")(?![\w$])", source.data):
        use = taken[hit[0].decode()]
        is_member = source.data[hit.start() - 1 : hit.start()] in {b".", b">", b":"}
        if is_member == use.is_member and word_at(source, hit.start(), hit.end()):
            hits.append((hit.start(), hit[0].decode()))
    signs = {word: _signs(index, read, taken[word]) for word in {word for _, word in hits}}
    return [
        item
        for item in _placed("definition", source, hits, signs)
        if _LEAST_TRUTH <= item[1].end - item[1].cursor <= _MOST_TRUTH and item[1].signs
    ]


class _Taken(NamedTuple):
    """A name of other files: what it is called there, and whether it stands behind a dot here."""

    name: str
    definers: tuple[str, ...]
    is_member: bool


def _taken(index: Index, facts: FileFacts) -> dict[str, _Taken]:
    """The names that a file takes from others which define them, as it calls them itself."""
    called = {name.name: name.bound for item in facts.imports for name in item.names}
    behind = {used for item in facts.imports for used in item.used}
    own = {item.name for item in facts.definitions}
    definers: dict[str, list[str]] = {}
    for to, names in index.imports.get(facts.path, {}).items():
        for name in names:
            if name in index.facts[to].names:
                definers.setdefault(name, []).append(to)
    found = {
        called.get(name, name): _Taken(name, tuple(paths), name in behind and name not in called)
        for name, paths in definers.items()
    }
    return {word: use for word, use in found.items() if len(word) > 3 and word not in own}  # noqa: PLR2004 -- shorter words stand everywhere


def _signs(index: Index, read: Read, use: _Taken) -> tuple[str, ...]:
    """The lines on which a name is defined, without their indentation."""
    word = re.compile(rf"\b{re.escape(use.name)}\b")
    found: list[str] = []
    for path in use.definers:
        rows = (read(path) or "").split("\n")
        for item in index.facts[path].definitions:
            if item.name == use.name:
                lines = rows[item.line : item.head + 1]
                found += [line.strip() for line in lines if word.search(line)][:1]
    return tuple(dict.fromkeys(found))


def _placed(
    kind: Kind,
    source: Source,
    hits: Sequence[tuple[int, str]],
    signs: Mapping[str, tuple[str, ...]],
) -> list[tuple[int, Place]]:
    """Row and place of each hit that has something before it on its line."""
    data = source.data
    ends = {start: line_end(data, start) for start, _ in hits}
    at = offsets(data, [*ends, *ends.values()])
    placed: list[tuple[int, Place]] = []
    for start, word in hits:
        row = data.count(b"\n", 0, start)
        if row >= _FIRST_ROW[kind] and data[data.rfind(b"\n", 0, start) + 1 : start].strip():
            where = (source.path, source.language, at[start], at[ends[start]])
            placed.append((row, Place(kind, *where, word, signs.get(word, ()))))
    return placed


def _definers(index: Index, read: Read) -> Mapping[str, set[str]]:
    """Name -> the files that define it: at the top, as a member, as a parameter."""
    found: dict[str, set[str]] = {}
    for path, facts in index.facts.items():
        if not is_source(facts):
            continue
        rows = (read(path) or "").split("\n") if facts.language in _NAMES_ARGUMENTS else []
        for item in facts.definitions:
            found.setdefault(item.name, set()).add(path)
            head = rows[item.line : item.head + 1] if item.kind not in CONTAINERS else []
            for name in _PARAMETER.findall(" ".join(head)):
                found.setdefault(name, set()).add(path)
    return found


def _member_uses(
    index: Index, read: Read, definers: Mapping[str, set[str]], path: str
) -> list[tuple[int, Place]]:
    source = source_of(index, read, path)
    if source is None:
        return []
    seen: dict[bytes, int] = {}
    for word in _WORD.findall(source.data):
        seen[word] = seen.get(word, 0) + 1
    hits = [
        (hit.start(), hit[0].decode())
        for hit in _MEMBER.finditer(source.data)
        if seen[hit[0]] == 1
        and _is_anothers(hit[0].decode(), definers, path)
        and _is_member(source, hit.start(), hit.end())
    ]
    return _placed("member", source, hits, {})


def _is_anothers(name: str, definers: Mapping[str, set[str]], path: str) -> bool:
    known = definers.get(name, set())
    return bool(known - {path}) and len(known) <= _MOST_DEFINERS and name not in _LIBRARY


def _is_member(source: Source, start: int, end: int) -> bool:
    """Whether the word stands behind a dot, or names an argument."""
    leaf = word_at(source, start, end)
    if leaf is None:
        return False
    if source.data[:start].endswith((b".", b"->", b"::")):
        return True
    parent = leaf.parent
    return parent is not None and parent.type in _ARGUMENTS and parent.end_byte > end
