"""Scala's packages: clauses that open one another, and names that are relative to them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from context.facts import Import


@lru_cache(maxsize=4096)
def chain(clauses: str) -> tuple[str, ...]:
    """The packages whose names a file sees, outermost first: `a.b` and `a.b.c` for `a.b c`."""
    found: list[str] = []
    for clause in clauses.split():
        found.append(f"{found[-1]}.{clause}" if found else clause)
    return tuple(found)


def readings(name: str, packages: Iterable[str], imports: Iterable[Import]) -> list[str]:
    """What a dotted name may stand for in full, likeliest first.

    Its head may be imported, a member of a package that the file is in, or stand at the root.
    """
    head, dot, rest = name.removeprefix("_root_.").partition(".")
    found = [
        f"{item.module}.{taken.name}{dot}{rest}"
        for item in imports
        for taken in item.names
        if taken.bound == head and item.module != name.rpartition(".")[0]
    ]
    found += [f"{package}.{head}{dot}{rest}" for package in reversed(tuple(packages))]
    return [*found, f"{head}{dot}{rest}"]
