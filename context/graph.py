"""The import graph: components, and an order in which dependencies come first.

Inside a component, where every file depends on every other, the order is that of
DeepSeek-Coder's pre-training data (Guo et al. 2024, algorithm 1): repeatedly take
the file that waits for the fewest others.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Ordered(NamedTuple):
    """Files with dependencies first, and the component that each belongs to.

    Components are numbered in the same order: a file's dependencies have the same
    number or a lower one.
    """

    paths: tuple[str, ...]
    component: dict[str, int]


def order(graph: Mapping[str, Iterable[str]]) -> Ordered:
    """The files of `graph` (importer to imported), dependencies first, ties by path.

    The same for any order in which the mapping lists its files.
    """
    links = {path: [to for to in sorted(graph[path]) if to in graph] for path in sorted(graph)}
    groups = components(links)
    home = {path: number for number, group in enumerate(groups) for path in group}
    paths: list[str] = []
    number: dict[str, int] = {}
    for place, index in enumerate(_sorted_groups(links, groups, home)):
        group = groups[index]
        number.update(dict.fromkeys(group, place))
        paths += group if len(group) == 1 else least_waiting(links, group)
    return Ordered(tuple(paths), number)


def components(links: Mapping[str, list[str]]) -> list[list[str]]:
    """Strongly connected components, each sorted (Tarjan's algorithm, without recursion)."""
    found: list[list[str]] = []
    walk = _Walk(links)
    for root in links:
        if root not in walk.index:
            found += walk.below(root)
    return found


class _Walk:
    """Tarjan's bookkeeping: the order of discovery, and the lowest open node that each reaches."""

    __slots__ = ("index", "is_open", "links", "low", "stack")

    def __init__(self, links: Mapping[str, list[str]]) -> None:
        self.links = links
        self.index: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.stack: list[str] = []
        self.is_open: set[str] = set()

    def below(self, root: str) -> Iterator[list[str]]:
        """The components that a walk from `root` completes."""
        work = [self._enter(root)]
        while work:
            node, rest = work[-1]
            new = self._next(node, rest)
            if new is not None:
                work.append(self._enter(new))
                continue
            work.pop()
            if work:
                above = work[-1][0]
                self.low[above] = min(self.low[above], self.low[node])
            if self.low[node] == self.index[node]:
                yield self._close(node)

    def _enter(self, node: str) -> tuple[str, Iterator[str]]:
        self.index[node] = self.low[node] = len(self.index)
        self.stack.append(node)
        self.is_open.add(node)
        return node, iter(self.links[node])

    def _next(self, node: str, rest: Iterator[str]) -> str | None:
        for to in rest:
            if to not in self.index:
                return to
            if to in self.is_open:
                self.low[node] = min(self.low[node], self.index[to])
        return None

    def _close(self, node: str) -> list[str]:
        group: list[str] = []
        while not group or group[-1] != node:
            group.append(self.stack.pop())
        self.is_open.difference_update(group)
        return sorted(group)


def _sorted_groups(
    links: Mapping[str, list[str]], groups: list[list[str]], home: Mapping[str, int]
) -> list[int]:
    """Indices of `groups`, dependencies first, ties by the first path (Kahn's algorithm)."""
    needs = [
        {home[to] for path in group for to in links[path]} - {number}
        for number, group in enumerate(groups)
    ]
    needed_by: list[list[int]] = [[] for _ in groups]
    for number, others in enumerate(needs):
        for other in others:
            needed_by[other].append(number)
    waiting = [len(others) for others in needs]
    ready = [(groups[number][0], number) for number, count in enumerate(waiting) if not count]
    heapify(ready)
    result: list[int] = []
    while ready:
        _, number = heappop(ready)
        result.append(number)
        for other in needed_by[number]:
            waiting[other] -= 1
            if not waiting[other]:
                heappush(ready, (groups[other][0], other))
    return result


def least_waiting(links: Mapping[str, list[str]], group: list[str]) -> list[str]:
    """The files of a component, again and again the one that waits for the fewest others."""
    inside = set(group)
    waiting = {path: sum(to in inside for to in links[path]) for path in group}
    needed_by: dict[str, list[str]] = {path: [] for path in group}
    for path in group:
        for to in links[path]:
            if to in inside:
                needed_by[to].append(path)
    heap = [(count, path) for path, count in waiting.items()]
    heapify(heap)
    result: list[str] = []
    while heap:
        count, path = heappop(heap)
        if path not in waiting or count != waiting[path]:
            # An entry that a later, smaller one has replaced.
            continue
        del waiting[path]
        result.append(path)
        for other in needed_by[path]:
            if other in waiting:
                waiting[other] -= 1
                heappush(heap, (waiting[other], other))
    return result
