"""Who must be read before whom, among a few dozen files of a repository of any size.

A repository's whole order takes time in proportion to its edges, and "does this file lead to
that one" for every pair takes memory in proportion to its square. A selection asks about some
forty files: one walk down from those answers all of its questions. What a changed file changes
about the circles is mended where it is, as somebody who types an import line waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.graph import components, least_waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence

    from context.resolve import Edges

# From so many new edges between circles on, one look at everything is cheaper than one at each.
_MOST_JOINTS = 8


class Circles:
    """Files that import each other, directly or by way of others; for one set of edges.

    A circle is the sorted tuple of its files and goes by the first of them, as a file in
    no circle goes by itself. Answers are the same whether it was made at once or by changes.
    """

    __slots__ = ("_circle", "_imports", "_onward", "_ranks")

    def __init__(self, imports: Mapping[str, Edges], circle: Mapping[str, tuple[str, ...]]) -> None:
        self._imports = imports
        self._circle = circle
        # Found out when asked for: circle -> those that it leads to, file -> place in its circle.
        self._onward: dict[str, tuple[str, ...]] = {}
        self._ranks: dict[str, dict[str, int]] = {}

    def following(self, paths: Sequence[str]) -> dict[str, set[str]]:
        """For each path those of `paths` that must be read after it.

        Who depends on it, at any distance; of a circle those whom DeepSeek-Coder's order of
        its files puts later.
        """
        found: dict[str, set[str]] = {path: set() for path in paths}
        homes: dict[str, list[str]] = {}
        for path in found:
            homes.setdefault(self._home(path), []).append(path)
        below = self._below(homes)
        for home, users in homes.items():
            for other, needed in homes.items():
                if other in below[home]:
                    for path in needed:
                        found[path].update(users)
            if len(users) > 1:
                users.sort(key=self._rank)
                for place, path in enumerate(users):
                    found[path].update(users[place + 1 :])
        return found

    def depends(self, user: str, on: str) -> bool:
        """Whether `user` imports `on`, directly or through others that don't import it back."""
        above, needed = self._home(user), self._home(on)
        return above != needed and needed in self._below((above, needed))[above]

    def changed(self, imports: Mapping[str, Edges], stale: Iterable[str]) -> Circles:
        """The circles when the `stale` files have the edges that `imports` says, if any."""
        news = [path for path in stale if _onward(imports, path) != _onward(self._imports, path)]
        circle = self._mended(imports, news)
        made = Circles(imports, circle)
        if circle == self._circle:
            homes = {self._home(path) for path in news}
            made._onward = {home: on for home, on in self._onward.items() if home not in homes}
            made._ranks = {home: ranks for home, ranks in self._ranks.items() if home not in homes}
        return made

    def _home(self, path: str) -> str:
        circle = self._circle.get(path)
        return circle[0] if circle else path

    def _rank(self, path: str) -> int:
        home = self._home(path)
        ranks = self._ranks.get(home)
        if ranks is None:
            group = list(self._circle[path])
            links = {each: list(self._imports[each]) for each in group}
            ranks = {each: place for place, each in enumerate(least_waiting(links, group))}
            self._ranks[home] = ranks
        return ranks[path]

    def _leads_to(self, home: str) -> tuple[str, ...]:
        known = self._onward.get(home)
        if known is None:
            files = self._circle.get(home, (home,))
            found = {self._home(to) for path in files for to in self._imports.get(path, ())}
            known = self._onward[home] = tuple(found - {home})
        return known

    def _below(self, homes: Iterable[str]) -> dict[str, frozenset[str]]:
        """For each of `homes` those others of them that it depends on."""
        own = {home: 1 << number for number, home in enumerate(homes)}
        bits: dict[str, int] = {}
        for start in own:
            stack = [start]
            while stack:
                onward = self._leads_to(stack[-1])
                # Circles are one, so that what is open can't come up again below itself.
                todo = [to for to in onward if to not in bits]
                if todo:
                    stack += todo
                    continue
                below = 0
                for to in onward:
                    below |= bits[to] | own.get(to, 0)
                bits[stack.pop()] = below
        return {home: frozenset(on for on, bit in own.items() if bits[home] & bit) for home in own}

    def _mended(
        self, imports: Mapping[str, Edges], news: Sequence[str]
    ) -> Mapping[str, tuple[str, ...]]:
        circle = dict(self._circle)
        broken = {circle[path] for path in news if self._is_broken(path, imports)}
        for group in broken:
            for path in group:
                del circle[path]
            circle.update(_circles(imports, frozenset(group)))
        joints = [
            (path, to)
            for path in news
            for to in _onward(imports, path)
            if to not in _onward(self._imports, path)
            and (path not in circle or to not in circle[path])
        ]
        if len(joints) > _MOST_JOINTS:
            return dict(_circles(imports, imports.keys()))
        for path, to in joints:
            region = _reached(to, imports)
            if path in region:
                circle.update(_circles(imports, region))
        return circle

    def _is_broken(self, path: str, imports: Mapping[str, Edges]) -> bool:
        """Whether an edge inside a circle is gone."""
        gone = _onward(self._imports, path) - _onward(imports, path)
        return path in self._circle and not gone.isdisjoint(self._circle[path])


def circles(imports: Mapping[str, Edges]) -> Circles:
    """The circles of a whole repository."""
    return Circles(imports, dict(_circles(imports, imports.keys())))


def _onward(imports: Mapping[str, Edges], path: str) -> KeysView[str]:
    """The files that a file imports; none for one that isn't there."""
    return imports.get(path, {}).keys()


def _circles(
    imports: Mapping[str, Edges], region: Iterable[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every file of the region that is in a circle inside of it, with the circle."""
    inside = frozenset(region)
    links = {path: [to for to in imports.get(path, ()) if to in inside] for path in inside}
    for group in components(links):
        if len(group) > 1:
            yield from dict.fromkeys(group, tuple(group)).items()


def _reached(start: str, imports: Mapping[str, Edges]) -> frozenset[str]:
    """A file and all that it leads to."""
    seen, todo = {start}, [start]
    while todo:
        new = imports.get(todo.pop(), {}).keys() - seen
        seen |= new
        todo += new
    return frozenset(seen)
