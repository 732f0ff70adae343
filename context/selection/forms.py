"""A file as text: its definitions each as far as wanted, from a line to the whole of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import CONTAINERS
from context.languages import remark
from context.selection.comments import first_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from context.facts import Definition
    from context.selection.outlined import Source

# How much of a definition is shown. Of a type FEW and NAMES list its members' names,
# SIGNATURES and DOCUMENTED show their signatures; of a function all these show its own.
LINE, FEW, NAMES, SIGNATURES, DOCUMENTED, BODY = range(1, 7)

_CALLABLE = frozenset({"function", "method"})
_FEW_NAMES = 40
_MOST_NAMES = 240
_LONGEST_LINE = 120
_MOST_VALUE_LINES = 3
# How a block ends whose first line does not end in a brace (Ruby, Lua, a comment behind it).
_ENDS = frozenset({"end", "end,", "end)", "}"})
_QUOTES = ('"""', "'''")
_USE_RADIUS = 3
_MOST_USES = 3
_NOT_A_USE = ("import", "from", "#", "//", "*")


def render(source: Source, levels: Mapping[int, int], notes: Sequence[str] = ()) -> str:
    """The definitions in `levels` in the order of the text, under what they stand in."""
    wanted = dict(levels)
    for at in levels:
        parent = source.definitions[at].parent
        while parent >= 0:
            wanted.setdefault(parent, 0)
            parent = source.definitions[parent].parent
    out: list[str] = []
    done: set[int] = set()
    for at in sorted(wanted):
        if at not in done:
            _emit(source, at, wanted, 0, out, done)
    out += [remark(source.facts.language, note) + "\n" for note in notes]
    return "".join(row if row.endswith("\n") else row + "\n" for row in out)


def piece(source: Source, at: int, level: int) -> str:
    """One definition alone."""
    return render(source, {at: level})


def _emit(
    source: Source,
    at: int,
    wanted: Mapping[int, int],
    implied: int,
    out: list[str],
    done: set[int],
) -> None:
    done.add(at)
    item = source.definitions[at]
    level = max(wanted.get(at, 0), implied)
    inner = _inside(source, at)
    if item.last >= len(source.rows):
        return
    if level >= BODY:
        out += source.rows[item.line : item.last + 1]
        done.update(_all_inside(source, at))
        return
    done.update(_on_signature(source, at))
    if item.kind not in CONTAINERS:
        out += _function(source, item, level) if item.kind in _CALLABLE else _value(source, item)
        closing = ""
    else:
        closing = _open(source, at, level, out, wanted)
    below = SIGNATURES if level in {SIGNATURES, DOCUMENTED} else 0
    is_type = item.kind in CONTAINERS
    for child in inner:
        if child not in done and (child in wanted or (below and is_type)):
            _emit(source, child, wanted, level if below and is_type else 0, out, done)
    if closing:
        out.append(closing)


def _on_signature(source: Source, at: int) -> Iterator[int]:
    """The values that stand on lines shown with another: `x, y int`, a constructor's fields."""
    item = source.definitions[at]
    is_value = item.kind not in CONTAINERS and item.kind not in _CALLABLE
    last = item.last if is_value else item.head
    for child in range(at + 1, len(source.definitions)):
        other = source.definitions[child]
        if other.line > last:
            return
        if other.last <= last and other.kind not in CONTAINERS and other.kind not in _CALLABLE:
            yield child


def _inside(source: Source, at: int) -> list[int]:
    last = source.definitions[at].last
    found: list[int] = []
    for child in range(at + 1, len(source.definitions)):
        if source.definitions[child].line > last:
            break
        if source.definitions[child].parent == at:
            found.append(child)
    return found


def _all_inside(source: Source, at: int) -> list[int]:
    end = source.definitions[at].end
    return [
        child
        for child in range(at + 1, len(source.definitions))
        if source.definitions[child].start < end
    ]


def _open(source: Source, at: int, level: int, out: list[str], wanted: Mapping[int, int]) -> str:
    """A type's signature and its members' names; what closes it again."""
    item = source.definitions[at]
    indent = _indent(source.rows[item.line])
    if level >= DOCUMENTED and 0 <= item.doc < item.line:
        out.append(first_line(source.rows, item.doc, item.line))
    signature = _signature(source, item)
    is_block = signature[-1].rstrip().endswith("{") or source.rows[item.last].strip() in _ENDS
    out += signature if level > NAMES else [_one_line(signature, indent)]
    if level >= DOCUMENTED and item.doc > item.line:
        out += _docstring(source.rows, item.doc)
    if level in {FEW, NAMES}:
        named = [child for child in source.children.get(at, ()) if child not in wanted]
        names = listed([source.definitions[child].name for child in named])
        names = names[: _FEW_NAMES if level == FEW else _MOST_NAMES]
        if names:
            said = remark(source.facts.language, f"members: {', '.join(names)}")
            out.append(f"{indent}    {said}\n")
    return source.rows[item.last] if is_block and item.last > item.head else ""


def listed(names: Sequence[str]) -> list[str]:
    """Names for a list: each once, those that others use before the private ones."""
    once = [name for name in dict.fromkeys(names) if not name.startswith("__")]
    return [name for name in once if name[:1] != "_"] + [name for name in once if name[:1] == "_"]


def _signature(source: Source, item: Definition) -> list[str]:
    """A definition's first lines without decorators that take several lines."""
    rows = source.rows[item.line : item.head + 1]
    first = 0
    while first < len(rows) - 1 and rows[first].lstrip().startswith("@"):
        first += 1
    short = [row for row in rows[:first] if "(" not in row]
    # What a block at the top holds back (`if TYPE_CHECKING:`) stands there like the rest.
    cut = len(_indent(rows[0])) if item.parent < 0 else 0
    return [row[min(cut, len(_indent(row))) :] for row in short + rows[first:]]


def _function(source: Source, item: Definition, level: int) -> list[str]:
    rows = source.rows
    signature = _signature(source, item)
    indent = _indent(signature[0])
    has_doc = level >= DOCUMENTED and 0 <= item.doc < item.line
    above = [first_line(rows, item.doc, item.line)] if has_doc else []
    if level <= FEW:
        signature = [_one_line(signature, indent)]
    if item.last > item.head:
        signature[-1] = _stubbed(signature[-1], rows[item.last].strip())
    doc = _docstring(rows, item.doc) if level >= DOCUMENTED and item.doc > item.line else []
    if doc and signature[-1].endswith(": ...\n"):
        signature[-1] = signature[-1].removesuffix(" ...\n") + "\n"
    return above + signature + doc


def _stubbed(row: str, end: str) -> str:
    """A signature's last line with `...` for the body that it opens."""
    text = row.rstrip()
    if text.endswith("{"):
        return text + " ... }\n"
    if end in _ENDS:
        return f"{text} ... {end}\n"
    return text + " ...\n" if text.endswith(":") else text + "\n"


def _one_line(rows: Sequence[str], indent: str) -> str:
    """A signature on one line, cut where it gets long."""
    kept = [row.strip() for row in rows if not row.lstrip().startswith("@")]
    text = re.sub(r"([(\[]) | (?=[)\]])", r"\1", " ".join(kept) or rows[-1].strip())
    if len(text) > _LONGEST_LINE:
        text = text[: text.rfind(",", 0, _LONGEST_LINE) + 1 or _LONGEST_LINE] + " ..."
    return f"{indent}{text}\n"


def _value(source: Source, item: Definition) -> list[str]:
    """An assignment, moved to where a member stands: the blocks it stood in are cut out."""
    rows = source.rows
    parent = source.definitions[item.parent] if item.parent >= 0 else None
    indent = _indent(rows[item.line]) if parent is not None else ""
    if parent is not None and item.kind == "attribute":
        indent = _indent(rows[parent.line]) + "    "
    cut = len(_indent(rows[item.line]))
    if item.last - item.line >= _MOST_VALUE_LINES or len(rows[item.line]) > 2 * _LONGEST_LINE:
        return [f"{indent}{rows[item.line].strip()[:_LONGEST_LINE]} ...\n"]
    return [indent + row[min(cut, len(_indent(row))) :] for row in rows[item.line : item.last + 1]]


def _indent(row: str) -> str:
    return row[: len(row) - len(row.lstrip())]


def _docstring(rows: Sequence[str], line: int) -> list[str]:
    """A docstring's first line as a docstring of one line; it may stand on the second line."""
    row = rows[line]
    quote = next((mark for mark in _QUOTES if mark in row), None)
    if quote is None:
        return [row]
    head, _, said = row.rstrip().partition(quote)
    if not said and line + 1 < len(rows):
        said = rows[line + 1].strip()
    said = said.partition(quote)[0].strip()
    return [f"{head}{quote}{said}{quote}\n"] if said else []


def uses(source: Source, names: frozenset[str]) -> str:
    """The lines around the first uses of `names`, each below the signature it stands under."""
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names))) + r")\b")
    rows = source.rows
    hits = [
        row
        for row, line in enumerate(rows)
        if pattern.search(line) and not line.lstrip().startswith(_NOT_A_USE)
    ]
    keep: set[int] = set()
    for row in hits[:_MOST_USES]:
        keep.update(range(max(0, row - _USE_RADIUS), min(len(rows), row + _USE_RADIUS + 1)))
        around = [item for item in source.definitions if item.line <= row <= item.last]
        keep.update(line for item in around for line in range(item.line, item.head + 1))
    out: list[str] = []
    for row in sorted(keep):
        if row and row - 1 not in keep and out:
            out.append("...\n")
        out.append(rows[row])
    return "".join(out)
