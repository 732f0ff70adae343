"""The import graph: components, and an order in which dependencies come first.

Inside a component, where every file depends on every other, the order is that of
DeepSeek-Coder's pre-training data (Guo et al. 2024, algorithm 1): repeatedly take
the file that waits for the fewest others.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Graph = "Mapping[str, Iterable[str]]"


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
        paths += group if len(group) == 1 else _least_waiting(links, group)
    return Ordered(tuple(paths), number)


def components(links: Mapping[str, list[str]]) -> list[list[str]]:
    """Strongly connected components, each sorted (Tarjan's algorithm, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    is_open: set[str] = set()
    found: list[list[str]] = []
    for root in links:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        open_.append(root)
        is_open.add(root)
        work = [(root, iter(links[root]))]
        while work:
            node, rest = work[-1]
            for to in rest:
                if to not in index:
                    index[to] = low[to] = len(index)
                    open_.append(to)
                    is_open.add(to)
                    work.append((to, iter(links[to])))
                    break
                if to in is_open:
                    low[node] = min(low[node], index[to])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = open_.index(node)
                    found.append(sorted(open_[at:]))
                    is_open.difference_update(open_[at:])
                    del open_[at:]
    return found


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


def _least_waiting(links: Mapping[str, list[str]], group: list[str]) -> list[str]:
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
