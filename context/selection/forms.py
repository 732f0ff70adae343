"""A file as text: its definitions each as far as wanted, from a line to the whole of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from context.facts import CONTAINERS
from context.languages import remark
from context.selection.comments import docstring, first_line, licence_rows
from context.selection.privacy import is_hidden, member_names
from context.selection.shorten import first_branch, on_one_line, unclosed, uncommented
from context.selection.values import go_keyword, value

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
# How a block ends whose first line does not end in a brace (Ruby, Lua).
_ENDS = frozenset({"end", "end,", "end)"})
_WITH_OBJECTS = frozenset({"JavaScript", "JSX", "TypeScript", "Vue"})
_LEFT_OPEN = ("=", "=>", "->", "|")
_DECORATOR = re.compile(r"\s*(?:@[\w.:]+\s*(?:\(|$)|#\[|\[\w)")
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


def whole(source: Source) -> str:
    """All of a file but the licence at its top."""
    return "".join(source.rows[licence_rows(source.rows) :])


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
    if item.last >= len(source.rows):
        return
    if level >= BODY:
        out += source.rows[item.line : item.last + 1]
        done.update(_all_inside(source, at))
        return
    done.update(_on_signature(source, at))
    if item.kind in CONTAINERS:
        _emit_type(source, at, wanted, level, out, done)
        return
    if item.kind in _CALLABLE:
        out += _function(source, item, level)
    else:
        said = value(source, item)
        out += said
        done.update(_said(source, at, wanted, said))
    for child in _inside(source, at):
        if child not in done and child in wanted:
            _emit(source, child, wanted, 0, out, done)


def _emit_type(
    source: Source,
    at: int,
    wanted: Mapping[int, int],
    level: int,
    out: list[str],
    done: set[int],
) -> None:
    closing = _open(source, at, level, out)
    opened = len(out)
    below = level if level in {SIGNATURES, DOCUMENTED} else 0
    for child in _inside(source, at):
        if child in done:
            continue
        if child in wanted or (below and not is_hidden(source, child)):
            _emit(source, child, wanted, below, out, done)
    if level in {FEW, NAMES}:
        out += _members(source, at, level, wanted)
    if len(out) == opened:
        out[-1] = _unshown(source, at, out[-1].rstrip(), closing)
    elif closing:
        out.append(closing)


def _unshown(source: Source, at: int, text: str, closing: str) -> str:
    """A type's signature with `...` for a body of which nothing is shown.

    Braces with nothing between them would say that it has no members.
    """
    item = source.definitions[at]
    if not closing:
        # A class without a body would take the next line for it.
        return f"{text} ...\n" if text.endswith(":") else f"{text}\n"
    inside = "".join(source.rows[item.head + 1 : item.last])
    is_empty = not uncommented(inside, source.facts.language).strip()
    if closing.strip() in _ENDS:
        stop = "" if text.endswith(("do", "|")) else ";"
        return f"{text}{stop}{'' if is_empty else ' ...'} {closing.lstrip()}"
    return f"{text}{'' if is_empty else '...'}{closing.lstrip()}"


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


def _said(source: Source, at: int, wanted: Mapping[int, int], rows: Sequence[str]) -> Iterator[int]:
    """The methods of an object whose names its value has shown already."""
    for child in _all_inside(source, at):
        item = source.definitions[child]
        if wanted.get(child, 0) <= FEW and any(item.name in row for row in rows):
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
    found: list[int] = []
    for child in range(at + 1, len(source.definitions)):
        if source.definitions[child].start >= end:
            break
        found.append(child)
    return found


def _open(source: Source, at: int, level: int, out: list[str]) -> str:
    """A type's signature, to which its members are appended; what closes it again."""
    item = source.definitions[at]
    rows = source.rows
    language = source.facts.language
    if level >= DOCUMENTED and 0 <= item.doc < item.line:
        out += _above(source, item)
    signature = _signature(source, item)
    text = uncommented("".join(signature), language)
    indent = _indent(signature[0])
    if language == "Go" and item.parent < 0:
        text = go_keyword(rows, item.line) + text
    is_block = item.last > item.head and (
        bool(unclosed(text, language)) or rows[item.last].strip() in _ENDS
    )
    if level <= NAMES or "\n" not in text:
        text = indent + _headline(_undecorated(text), language, is_block=is_block)
    out.append(text + "\n")
    if level >= DOCUMENTED and item.doc > item.line:
        out += docstring(rows, item.doc, item.last)
    return _closing(uncommented(rows[item.last], language), indent) if is_block else ""


def _headline(text: str, language: str, *, is_block: bool) -> str:
    """A type's signature on one line, the brace that its members follow left open."""
    if is_block and text.endswith("{"):
        return on_one_line(text[:-1], language, _LONGEST_LINE) + " {"
    if "\n" in text or len(text) > _LONGEST_LINE:
        return text.strip() if is_block else on_one_line(text, language, _LONGEST_LINE)
    return text.strip()


def _closing(row: str, indent: str) -> str:
    """The row that ends a type, as far in as its signature stands here."""
    end = row.strip()
    return f"{indent}{end if end.startswith(('}', 'end', ')')) else '}'}\n"


def _above(source: Source, item: Definition) -> list[str]:
    """The first sentence of the comment above a definition."""
    said = first_line(source.rows, item.doc, item.line)
    return [said] if said else []


def _members(source: Source, at: int, level: int, wanted: Mapping[int, int]) -> list[str]:
    """A type's members that aren't shown, as a comment; at a glance only those for everybody."""
    members = [child for child in source.children.get(at, ()) if child not in wanted]
    names, for_kin = member_names(source, at, members)
    if level > FEW or not names:
        names += for_kin
    names = names[: _FEW_NAMES if level == FEW else _MOST_NAMES]
    if not names:
        return []
    said = remark(source.facts.language, f"members: {', '.join(names)}")
    item = source.definitions[at]
    indent = _indent(source.rows[item.line]) if item.parent >= 0 else ""
    return [f"{indent}    {said}\n"]


def listed(names: Sequence[str]) -> list[str]:
    """Names for a list: each once, those that others use before the private ones."""
    once = [name for name in dict.fromkeys(names) if not name.startswith("__")]
    return [name for name in once if name[:1] != "_"] + [name for name in once if name[:1] == "_"]


def _signature(source: Source, item: Definition) -> list[str]:
    """A definition's first lines without decorators that say more than a name."""
    language = source.facts.language
    rows = first_branch(source.rows[item.line : item.head + 1], language)
    kept: list[str] = []
    first = 0
    while first < len(rows) - 1 and _DECORATOR.match(rows[first]):
        last = first
        while last < len(rows) - 1 and unclosed("".join(rows[first : last + 1]), language):
            last += 1
        if last == len(rows) - 1:
            break
        kept += rows[first : last + 1] if last == first and "(" not in rows[first] else []
        first = last + 1
    # What a block at the top holds back (`if TYPE_CHECKING:`) stands there like the rest.
    cut = len(_indent(rows[first])) if item.parent < 0 else 0
    return [row[min(cut, len(_indent(row))) :] for row in kept + rows[first:]]


def _function(source: Source, item: Definition, level: int) -> list[str]:
    """A function's signature with `...` for its body."""
    rows, language = source.rows, source.facts.language
    signature = _signature(source, item)
    indent = _indent(signature[0])
    above = _above(source, item) if level >= DOCUMENTED and 0 <= item.doc < item.line else []
    if signature[0].lstrip().startswith("#define"):
        return [*above, _macro(rows[item.line : item.last + 1])]
    text = uncommented("".join(signature), language)
    if level <= FEW:
        text = _undecorated(text)
    if item.last > item.head:
        text = _stubbed(text, rows[item.last].strip(), language)
    if level <= FEW and ("\n" in text or len(text) > _LONGEST_LINE):
        text = indent + _shortened(text, language)
    if _is_in_object(source, item):
        # A method of an object that no type names is none outside of braces.
        text = f"{indent}({{ {text.strip().rstrip(',')} }})"
    doc = (
        docstring(rows, item.doc, item.last) if level >= DOCUMENTED and item.doc > item.line else []
    )
    if doc and text.endswith(": ..."):
        text = text.removesuffix(" ...")
    return [*above, text + "\n", *doc]


def _is_in_object(source: Source, item: Definition) -> bool:
    if item.kind != "method" or item.owner or source.facts.language not in _WITH_OBJECTS:
        return False
    return item.parent < 0 or source.definitions[item.parent].kind not in CONTAINERS


def _undecorated(text: str) -> str:
    kept = [row for row in text.split("\n") if not row.lstrip().startswith("@")]
    return "\n".join(kept) or text


def _shortened(text: str, language: str) -> str:
    """A stubbed signature on one line, the end of its body kept."""
    for end in (": ...", *(f" ... {each}" for each in sorted(_ENDS))):
        if text.endswith(end):
            return on_one_line(text.removesuffix(end), language, _LONGEST_LINE) + end
    return on_one_line(text, language, _LONGEST_LINE)


def _stubbed(text: str, end: str, language: str) -> str:
    """A signature with `...` for the body that it opens, which is closed again."""
    closing = unclosed(text, language)
    if end in _ENDS and not closing:
        stop = ";" if language == "Ruby" and not text.endswith(")") else ""
        return f"{text}{stop} ... {end.rstrip(',')}"
    if text.endswith("{") and closing:
        # Without blanks most tokenizers take a token less.
        return f"{text}...{closing}"
    if closing:
        return f"{text} ... {closing}"
    return f"{text} ..." if text.endswith((":", *_LEFT_OPEN)) else text


def _macro(rows: Sequence[str]) -> str:
    """A macro on one row, without its body where that is long."""
    text = re.sub(r"\s+", " ", " ".join(row.rstrip().rstrip("\\") for row in rows)).strip()
    if len(text) <= _LONGEST_LINE:
        return text + "\n"
    return text[: text.find(")") + 1] + " ...\n"


def _indent(row: str) -> str:
    return row[: len(row) - len(row.lstrip())]


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
