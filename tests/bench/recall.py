"""How much of what a place needs stands in its prompt: imported definitions, and members.

    python tests/bench/recall.py FOLDER... [--budgets 2048,8192,32768] [--places 400] [--seed 1]

Python only, as the places are found with `ast`, by nothing of ours. The line is cut at the
place, the prompt packed as the server would, and looked through without the document:

- imported: the rest of the line begins with a name that is imported from the repository;
  found where its `def`, `class` or assignment stands there.
- member: the rest of the line begins with a member or a keyword argument that the document
  has nowhere else and another file defines; found where the name stands there.

Beside it, in the same run, what the first lines of the imported definitions find, pasted
by how near they are used as long as there is room: sixty lines of `ast` can do that.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from context.repository import Repository
from context.selection.select import SelectState, select
from context.types import Snapshot
from inference.models import find_model
from inference.prompt.budget import split_budget
from inference.prompt.pack import PackState, SnippetCounter, pack
from inference.tokens.estimate import EstimatingTokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ASIDE = {"tests", "test", "docs", "examples", "benchmarks", "node_modules"}
MEMBER = re.compile(r"(?<=\.)[A-Za-z_]\w{3,}|(?:(?<=[(,] )|(?<=\())[A-Za-z_]\w{3,}(?==)")
WORD = re.compile(r"[A-Za-z_]\w{3,}")
KNOWN = {name for kind in (builtins, str, dict, list) for name in dir(kind)}
PASTED_LINES = 40
MODEL = "deepseek-coder-v2-lite-base"


@dataclass(frozen=True)
class Need:
    """A place, the rest of its line, and what should be found for it."""

    path: str
    start: int
    end: int
    name: str
    kind: str


def main() -> None:
    """Print a table, a line a folder and kind."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--budgets", default="2048,8192,32768")
    parser.add_argument("--places", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    budgets = [int(budget) for budget in asked.budgets.split(",")]
    print(f"{'':32}" + "".join(f"{budget:>9}{'paste':>8}" for budget in budgets))
    for folder in asked.folders:
        report(folder, budgets, asked.places, asked.seed)


def report(folder: Path, budgets: list[int], n: int, seed: int) -> None:
    """A line for each kind of need."""
    repository = Repository(folder, cache_dir=None)
    repository.refresh()
    texts = {
        path: repository.read(path) or ""
        for path, facts in repository.index.facts.items()
        if facts.language == "Python" and not ASIDE.intersection(path.split("/")[:-1])
    }
    trees = {path: tree for path, text in texts.items() if (tree := parsed(text)) is not None}
    rng = random.Random(seed)  # noqa: S311 -- a benchmark's places
    for kind, found in (("imported", imported(texts, trees)), ("member", members(texts, trees))):
        needs = drawn(found, n, rng)
        shares = [
            share
            for budget in budgets
            for share in (ours(repository, needs, budget), pasted(texts, trees, needs, budget))
        ]
        row = "".join(f"{share:{9 - at % 2}.3f}" for at, share in enumerate(shares))
        print(f"{folder.name:<20}{kind:<9}{len(needs):>3}{row}", flush=True)


def parsed(text: str) -> ast.Module | None:
    """The tree of a text; None for one that Python of today can't read."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def drawn(found: Iterable[list[Need]], n: int, rng: random.Random) -> list[Need]:
    """A few needs of every file, in random order."""
    needs: list[Need] = []
    for file in found:
        rng.shuffle(file)
        needs += file[:4]
    rng.shuffle(needs)
    return needs[:n]


def imported(texts: Mapping[str, str], trees: Mapping[str, ast.Module]) -> Iterator[list[Need]]:
    """For each file the places that begin with a name taken from a module of the repository."""
    modules = {module_of(path): path for path in texts}
    for path, tree in trees.items():
        names = {
            bound
            for module, name, bound in taken(path, tree)
            if modules.get(module) in trees
            and f"{module}.{name}" not in modules
            and any(defines(texts[other], name) for other in (modules[module], *texts))
            and bound == name
        }
        lines = starts(texts[path])
        yield [
            need
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and node.id in names and len(node.id) > 3
            for need in placed(path, texts[path], lines, node)
        ]


def placed(path: str, text: str, lines: list[int], node: ast.Name) -> Iterator[Need]:
    """The place of a name that has something before it on its line, unless it is long."""
    row = text[lines[node.lineno - 1] :].partition("\n")[0]
    column = len(row.encode()[: node.col_offset].decode(errors="ignore"))
    start = lines[node.lineno - 1] + column
    if node.lineno > 30 and row[:column].strip() and 8 <= len(row) - column <= 120:
        yield Need(path, start, start + len(row) - column, node.id, "imported")


def members(texts: Mapping[str, str], trees: Mapping[str, ast.Module]) -> Iterator[list[Need]]:
    """For each file the members and keyword arguments that it has once and others define."""
    definers: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees.items():
        for name in defined(tree):
            definers[name].add(path)
    for path, text in texts.items():
        counts = Counter(WORD.findall(text))
        lines = starts(text)
        found: list[Need] = []
        for row, line in enumerate(text.split("\n")):
            if (
                row < 20
                or '"""' in line
                or line.lstrip().startswith(("#", "import ", "from ", '"', "'"))
            ):
                continue
            for match in MEMBER.finditer(line):
                name, at = match.group(), lines[row] + match.start()
                others = definers[name] - {path}
                once = counts[name] == line.count(name) == 1
                if once and others and len(definers[name]) <= 8 and name not in KNOWN:
                    found.append(Need(path, at, lines[row] + len(line), name, "member"))
        yield found


def defined(tree: ast.Module) -> Iterator[str]:
    """Names of functions, classes, parameters, variables and attributes that a file makes."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name
            yield from (each.arg for each in (*node.args.args, *node.args.kwonlyargs))
        elif isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def module_of(path: str) -> str:
    """The dotted name of a file."""
    return path.removesuffix(".py").removesuffix("/__init__").removeprefix("src/").replace("/", ".")


def taken(path: str, tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Module, name and what it is called here, of every name imported from a module."""
    package = module_of(path).split(".")
    package = package if path.endswith("__init__.py") else package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((module, each.name, each.asname or each.name) for each in node.names)


def defines(text: str, name: str) -> bool:
    """Whether a definition of a name stands in a text."""
    if name not in text:
        return False
    word = re.escape(name)
    pattern = rf"^\s*(?:(?:async\s+)?def|class)\s+{word}\b|^\s*{word}\s*[:=]"
    return re.search(pattern, text, re.MULTILINE) is not None


def starts(text: str) -> list[int]:
    """Where each line begins."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def ours(repository: Repository, needs: list[Need], budget: int) -> float:
    """The share of needs that a packed prompt meets."""
    spec, tokenizer = find_model(MODEL), EstimatingTokenizer()
    cost = SnippetCounter(tokenizer, spec.format)
    memo = SelectState().memo
    n_found = 0
    for need in needs:
        text = repository.read(need.path) or ""
        prefix, suffix = text[: need.start], text[need.end :]
        shares = split_budget(
            budget, prefix=prefix, suffix=suffix, path=need.path, spec=spec, tokenizer=tokenizer
        )
        snapshot = Snapshot(need.path, "Python", 1, prefix + suffix, need.start)
        selection, _ = select(
            repository.index, snapshot, SelectState(memo=memo),
            budget_tokens=shares.repository, cost=cost, read=repository.read,
        )  # fmt: skip
        prompt, _ = pack(
            selection, PackState(), path=need.path, spec=spec, tokenizer=tokenizer,
            budget_tokens=budget,
        )  # fmt: skip
        assert prompt.n_tokens <= budget
        packed = {part.path for part in prompt.parts if part.role == "snippet"}
        shown = "\n".join(item.text for item in selection.snippets if item.path in packed)
        n_found += meets(shown, need)
    return n_found / max(1, len(needs))


def meets(shown: str, need: Need) -> bool:
    """Whether what was needed stands there."""
    if need.kind == "imported":
        return defines(shown, need.name)
    return re.search(rf"\b{re.escape(need.name)}\b", shown) is not None


def pasted(
    texts: Mapping[str, str], trees: Mapping[str, ast.Module], needs: list[Need], budget: int
) -> float:
    """The share that imported definitions meet, pasted by how near they are used."""
    modules = {module_of(path): path for path in texts}
    tops = {
        path: {name: node for node in tree.body for name in names_of(node)}
        for path, tree in trees.items()
    }
    tokenizer = EstimatingTokenizer()
    n_found = 0
    for need in needs:
        text = texts[need.path]
        cut = text[: need.start] + text[need.end :]
        left = budget - min(budget // 2, tokenizer.count(cut))
        found: list[tuple[int, str]] = []
        for module, name, bound in taken(need.path, trees[need.path]):
            path = modules.get(module)
            node = tops[path].get(name) if path in tops else None
            if path and node is not None:
                uses = [match.start() for match in re.finditer(rf"\b{bound}\b", cut)]
                away = min((abs(at - need.start) for at in uses), default=len(text))
                piece = ast.get_source_segment(texts[path], node) or ""
                found.append((away, "\n".join(piece.split("\n")[:PASTED_LINES])))
        shown: list[str] = []
        for _, piece in sorted(found):
            cost = tokenizer.count(piece)
            if cost <= left:
                left -= cost
                shown.append(piece)
        n_found += meets("\n".join(shown), need)
    return n_found / max(1, len(needs))


def names_of(node: ast.stmt) -> list[str]:
    """The names that a statement at the top of a file defines."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


if __name__ == "__main__":
    main()
