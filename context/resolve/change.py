"""What a changed file changes for those who import it.

Names are followed from file to file, so that a new function doesn't make a
thousand importers resolve their imports again while its name is being typed. `*`
among names means that nobody can tell which they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.facts import shared_names

if TYPE_CHECKING:
    from context.facts import FileFacts

# Here, what a file adds to others' types is used without naming them (extensions).
_ADDING = frozenset({"C#", "Kotlin", "Scala", "Swift"})
_DOORS = ("__init__.py", "__init__.pyi")
# `import { a } from "./a"` and `export { a }` are two statements there.
_BY_IMPORT = frozenset({"JSX", "JavaScript", "TypeScript"})


def changed_names(old: FileFacts, new: FileFacts) -> frozenset[str]:
    """The names that may lead elsewhere than before when they are imported from this file."""
    names = old.names ^ new.names
    if new.language in _ADDING:
        names |= shared_names(old).additions ^ shared_names(new).additions
    if old.coded_imports != new.coded_imports:
        names |= {bound for *_, bound in _taken(old) ^ _taken(new)}
    return names


def passed_names(facts: FileFacts, names: frozenset[str]) -> frozenset[str]:
    """What names that changed in an imported file are called when imported from this one."""
    if not _passes_on(facts):
        return frozenset()
    if "*" in names:
        return frozenset({"*"})
    found = {taken.bound for item in facts.imports for taken in item.names if taken.name in names}
    has_star = any(taken.name == "*" for item in facts.imports for taken in item.names)
    return frozenset(found | names) if has_star else frozenset(found)


def _passes_on(facts: FileFacts) -> bool:
    """Whether what is imported from this file is looked for in files that it imports."""
    if facts.language == "Python":
        return facts.path.endswith(_DOORS) or '"*"' in facts.coded_imports
    if facts.language in _BY_IMPORT:
        return bool(facts.coded_imports)
    return "true" in facts.coded_imports


def _taken(facts: FileFacts) -> set[tuple[str, int, str, str]]:
    return {
        (item.module, item.level, taken.name, taken.bound)
        for item in facts.imports
        for taken in item.names
    }
