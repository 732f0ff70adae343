"""What a changed file changes for those who import it.

Names are followed from file to file, so that a new function doesn't make a
thousand importers resolve their imports again while its name is being typed. `*`
among names means that nobody can tell which they are.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from context.facts import all_names, defined_names
from context.shared import all_shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from context.facts import FileFacts

# Here, what a file adds to others' types is used without naming them (extensions).
_ADDING = frozenset({"C#", "Kotlin", "Scala", "Swift"})
# From so many words on, each file is compared with none.
_MOST_WORDS = 24
# Constants are found by path and then looked for at any depth.
_BY_PATH = frozenset({"Ruby"})
# `import { a } from "./a"` and `export { a }` are two statements there; Python has only the first.
_BY_IMPORT = frozenset({"JSX", "JavaScript", "Python", "Svelte", "TypeScript", "Vue"})


def is_moved(old: FileFacts, new: FileFacts) -> bool:
    """Whether a file's news may change where modules lie, not only what is in them."""
    return old.manifest != new.manifest or old.package != new.package


def sounds_other(old: FileFacts, new: FileFacts) -> bool:
    """Whether those who import a file may find something else in it than before."""
    before = (old.language, old.coded_imports, old.package, defined_names(old))
    return before != (new.language, new.coded_imports, new.package, defined_names(new))


def changed_names(old: FileFacts, new: FileFacts) -> frozenset[str]:
    """The names that may lead elsewhere than before when they are imported from this file."""
    is_deep = new.language in _BY_PATH
    names = frozenset(all_names(old) ^ all_names(new)) if is_deep else old.names ^ new.names
    if new.language in _ADDING:
        names |= {name for name, _ in _added(old) ^ _added(new)}
    if old.coded_imports != new.coded_imports:
        names |= {bound for *_, bound in _taken(old) ^ _taken(new)}
    return names


def _added(facts: FileFacts) -> frozenset[tuple[str, str]]:
    shared = all_shared(facts)
    return shared.methods | shared.fields


def passed_names(facts: FileFacts, names: frozenset[str]) -> frozenset[str]:
    """What names that changed in an imported file are called when imported from this one."""
    if not _passes_on(facts):
        return frozenset()
    if "*" in names:
        return frozenset({"*"})
    coded = facts.coded_imports
    if '"*"' not in coded and not any(json.dumps(name) in coded for name in names):
        # Decoding takes fifty times as long, and a name may be looked for in every file.
        return frozenset()
    found = {taken.bound for item in facts.imports for taken in item.names if taken.name in names}
    has_star = any(taken.name == "*" for item in facts.imports for taken in item.names)
    return frozenset(found | names) if has_star else frozenset(found)


def asking(words: frozenset[str]) -> Callable[[str], bool]:
    """Tells of a file's coded imports whether they may have one of `words`.

    Of many words every import may, so that nobody compares each file with each of them.
    """
    if len(words) > _MOST_WORDS:
        return bool
    coded = [json.dumps(word)[1:-1] for word in sorted(words)]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, coded))})(?!\w)")
    # A text is found in another many times faster than a pattern.
    return lambda said: any(word in said for word in coded) and bool(pattern.search(said))


def names_through(facts: FileFacts, words: frozenset[str]) -> frozenset[str]:
    """What a file calls that which those of its imports bring in that have one of `words`."""
    asks = asking(words)
    return frozenset(
        taken.bound
        for item in facts.imports
        for taken in item.names
        if asks(json.dumps((item.module, taken.name)))
    )


def _passes_on(facts: FileFacts) -> bool:
    """Whether what is imported from this file is looked for in files that it imports."""
    if facts.language in _BY_IMPORT:
        return bool(facts.coded_imports)
    return "true" in facts.coded_imports


def _taken(facts: FileFacts) -> set[tuple[str, int, str, str]]:
    return {
        (item.module, item.level, taken.name, taken.bound)
        for item in facts.imports
        for taken in item.names
    }
