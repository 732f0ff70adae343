"""From a name to the files that define it, through all that pass it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from context.facts import FileFacts


class Step(NamedTuple):
    """A file that a name is looked for in next.

    Attributes:
        is_last: whether the file counts even where nothing says that it defines the name.
    """

    path: str
    name: str
    is_last: bool = False


def chase(
    start: Step, facts: Mapping[str, FileFacts], onward: Callable[[str, str], list[Step]]
) -> tuple[str, ...]:
    """The files that define a name, sorted, where `onward` tells who passes it on from whom.

    Every file is asked once, so that packages that import each other come to an end,
    and the answer doesn't depend on where the circle was entered.
    """
    found: set[str] = set()
    seen = {start}
    todo = [start]
    while todo:
        step = todo.pop()
        if step.name in facts[step.path].names:
            found.add(step.path)
            continue
        following = onward(step.path, step.name)
        if step.is_last and not following:
            found.add(step.path)
        todo += [each for each in following if each not in seen]
        seen.update(following)
    return tuple(sorted(found))
