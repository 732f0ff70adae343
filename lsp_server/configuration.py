"""Settings from their five sources, the last of which wins.

Defaults, the user's file, the environment (`INFILL_...`), the editor, the command
line. A repository's own `.infill.toml` comes after the user's file and may only
narrow what is collected: a repository that could name an endpoint could send the
user's code there.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ValidationError

from context.disk.files import read_bytes
from context.errors import UnreadableFileError
from lsp_server.errors import SettingError
from lsp_server.paths import PATH_SETTINGS, located_setting, real
from lsp_server.permitted import narrowed
from lsp_server.settings import Settings
from lsp_server.user_models import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

Tree = dict[str, Any]

REPOSITORY_FILE = ".infill.toml"
# What a repository may say of completions can only take away: see `permitted.narrowed`.
REPOSITORY_MAY_NARROW = frozenset({"completion.enabled", "completion.languages"})
REPOSITORY_MAY_SET = frozenset({"context.budget_tokens", "context.ignore"}) | REPOSITORY_MAY_NARROW
ENVIRONMENT_PREFIX = "INFILL_"
# Settings that are tables with names of the user's own, so that a dot in these stays theirs.
TABLES = frozenset({"models", "completion.languages"})
# Too much to be said in one line of text.
FILES_ONLY = frozenset({"models"})
# Far more than every setting there is.
LARGEST_FILE = 100_000
# tomllib takes time that grows with the square of a dotted key's parts.
LONGEST_LINE = 2_000


@dataclass(frozen=True, slots=True)
class Source:
    """Values from one place by dotted name or as a tree, and its name for error messages."""

    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Configured:
    """The settings in force and what the user should hear about how they came to be."""

    settings: Settings
    warnings: tuple[str, ...]


def gather(
    *,
    config: Path | None,
    root: Path | None,
    environment: Mapping[str, str],
    editor: Mapping[str, Any] | None,
    assignments: list[str],
) -> Configured:
    """The settings from every source, in the order in which they win.

    Args:
        config: a file that takes the place of the user's own.
        root: the repository whose `.infill.toml` is read.
        environment: the process's variables.
        editor: `initializationOptions` or `workspace/configuration`.
        assignments: `KEY=VALUE` of the command line.

    Raises:
        SettingError: a file that can't be read, an unknown name or a value out of range.
    """
    own = read_toml(config or user_file(), required=config is not None)
    repository, refused = from_repository(_read_repository(root) if root else Source("", {}))
    variables, unknown = from_environment(environment)
    narrowing, setting = _told_apart(repository)
    sources = [own, setting, variables, _from_editor(editor or {}, root)]
    made = configure([*sources, from_assignments(assignments)], (*refused, *unknown))
    limits = configure([narrowing]).settings.completion
    return replace(made, settings=narrowed(made.settings, limits))


def _told_apart(repository: Source) -> tuple[Source, Source]:
    """What a repository takes away, which no other source gives back, and what it sets."""
    narrowing = {n: v for n, v in repository.values.items() if n in REPOSITORY_MAY_NARROW}
    setting = {n: v for n, v in repository.values.items() if n not in REPOSITORY_MAY_NARROW}
    return Source(repository.name, narrowing), Source(repository.name, setting)


def user_file() -> Path:
    """Where the user's own settings live; the file may not exist."""
    import platformdirs

    return Path(platformdirs.user_config_dir("infill", appauthor=False)) / "config.toml"


def read_toml(path: Path, *, required: bool) -> Source:
    """The values of a TOML file; empty when an optional one isn't there.

    Only a regular file of sensible size is opened: a pipe in its place would be
    waited for, and a device read without end. Paths in it count from its folder.

    Raises:
        SettingError: it is missing though required, can't be read or isn't TOML.
    """
    try:
        flat = _parsed(read_bytes(path, max_bytes=LARGEST_FILE))
        return Source(str(path), _with_paths_from(flat, path.parent))
    except UnreadableFileError as error:
        if error.kind != "missing":
            raise SettingError(f"configuration file {error}") from None
        if required:
            raise SettingError(f"configuration file {path} does not exist") from None
        return Source(str(path), {})
    except ValueError as error:
        raise SettingError(f"configuration file {path}: {error}") from None
    except RecursionError:
        raise SettingError(f"configuration file {path}: values are nested too deep") from None


def _parsed(data: bytes) -> Tree:
    text = data.decode("utf-8-sig")
    if max(map(len, text.split("\n"))) > LONGEST_LINE:
        raise ValueError(f"a line has more than {LONGEST_LINE:,} characters; break it up")
    try:
        return dict(_flatten(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        # Python says the line, but for what is missing behind the last one.
        n_lines = text.rstrip().count("\n") + 1
        at = f"at the end of line {n_lines}, which is the last"
        raise ValueError(str(error).replace("at end of document", at)) from None


def _read_repository(root: Path) -> Source:
    """What the repository's own file says, provided that it is the repository's own."""
    path = root / REPOSITORY_FILE
    target = real(path)
    if not target.is_relative_to(real(root)):
        raise SettingError(
            f"configuration file {path} is a link to {target}, out of the repository; "
            "put the file itself there"
        )
    return read_toml(path, required=False)


def _from_editor(values: Mapping[str, Any], root: Path | None) -> Source:
    return Source("the editor", _with_paths_from(dict(_flatten(values)), root))


def _with_paths_from(flat: Tree, folder: Path | None) -> Tree:
    """The values, with relative paths made absolute: our processes run in other folders."""
    found = {name: flat[name] for name in PATH_SETTINGS if isinstance(flat.get(name), str)}
    return flat | {name: located_setting(name, value, folder) for name, value in found.items()}


def editor_values(initial: Mapping[str, Any], later: Mapping[str, Any]) -> Tree:
    """What an editor began with, and over it what it says now; null takes a value back."""
    both = dict(_flatten(initial)) | dict(_flatten(later))
    return {name: value for name, value in both.items() if value is not None}


def from_environment(environment: Mapping[str, str]) -> tuple[Source, tuple[str, ...]]:
    """`INFILL_CONTEXT_BUDGET_TOKENS=4096` and its like, and a warning for each unknown one."""
    names = {_variable(name): name for name, _ in leaves(Settings) if name not in FILES_ONLY}
    ours = {name: text for name, text in environment.items() if name.startswith(ENVIRONMENT_PREFIX)}
    values = {names[variable]: text for variable, text in ours.items() if variable in names}
    unknown = sorted(ours.keys() - names.keys())
    warnings = tuple(f"environment variable {name} is no setting" for name in unknown)
    return Source("the environment", values), warnings


def from_assignments(assignments: list[str]) -> Source:
    """`KEY=VALUE` pairs of the command line.

    Raises:
        SettingError: a pair without `=`.
    """
    for assignment in assignments:
        if "=" not in assignment:
            raise SettingError(f"--set {assignment}: expected KEY=VALUE")
    pairs = dict(assignment.split("=", 1) for assignment in assignments)
    return Source("the command line", pairs)


def from_repository(source: Source) -> tuple[Source, tuple[str, ...]]:
    """What a repository may say, and a warning for each setting it may not."""
    flat = dict(_flatten(source.values))
    refused = sorted(flat.keys() - REPOSITORY_MAY_SET)
    allowed = {name: value for name, value in flat.items() if name in REPOSITORY_MAY_SET}
    warnings = tuple(
        f"{source.name}: {name!r} is refused, a repository may only set "
        + ", ".join(sorted(REPOSITORY_MAY_SET))
        for name in refused
    )
    return Source(source.name, allowed), warnings


def configure(sources: list[Source], warnings: tuple[str, ...] = ()) -> Configured:
    """The settings that the sources add up to, the last source winning.

    Raises:
        SettingError: an unknown name or a value out of range; names the source.
    """
    merged: Tree = {}
    origin: dict[str, str] = {}
    for source in sources:
        for name, value in _flatten(source.values):
            merged[name] = _joined(merged.get(name), _split_list(name, value))
            origin[name] = source.name
    _check_names(origin)
    try:
        return Configured(Settings.model_validate(_tree(merged)), warnings)
    except ValidationError as error:
        raise _explained(error, origin) from None


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting's dotted name and its field, in the table's order."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from leaves(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field


def settings_table() -> str:
    """Every setting with its default and meaning, as a Markdown table for the documents."""
    rows = [
        f"| `{name}` | {_shown(field.default)} | {field.description} |"
        for name, field in leaves(Settings)
    ]
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return "" if default in (None, (), {}) else f"`{default}`"


def _variable(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.upper().replace(".", "_")


def _split_list(name: str, value: object) -> object:
    """Environment and command line carry lists and tables as comma-separated text."""
    if name not in {"context.ignore", "completion.languages"} or not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if name == "context.ignore":
        return tuple(parts)
    pairs = (part.partition("=") for part in parts)
    return {language.strip(): told.strip() for language, _, told in pairs}


def _joined(before: object, value: object) -> object:
    """The later value; of tables, the rows of both."""
    if isinstance(before, dict) and isinstance(value, dict):
        return cast("Tree", before) | cast("Tree", value)
    return value


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and f"{prefix}{key}" not in TABLES:
            yield from _flatten(cast("Tree", value), f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _tree(flat: Mapping[str, Any]) -> Tree:
    tree: Tree = {}
    for name, value in flat.items():
        *groups, leaf = name.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[leaf] = value
    return tree


def _check_names(origin: Mapping[str, str]) -> None:
    known = [name for name, _ in leaves(Settings)]
    for name, source in origin.items():
        group = [one for one in known if one.startswith(f"{name}.")]
        if group:
            held = ", ".join(group)
            raise SettingError(f"{source}: there is no setting {name!r}; it is a group: {held}")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise SettingError(f"{source}: there is no setting {name!r}; {hint}")


def _explained(error: ValidationError, origin: Mapping[str, str]) -> SettingError:
    first = error.errors(include_url=False)[0]
    parts = [str(part) for part in first["loc"] if part not in KINDS]
    name = ".".join(parts)
    source = origin.get(name) or origin.get(parts[0], "settings")
    return SettingError(f"{source}: {name} = {_printable(first['input'])}: {_reason(first)}")


def _printable(value: object) -> str:
    """The value without what may be a password in a URL."""
    return re.sub(r"//[^/\s]*@", "//", repr(value))


def _reason(error: ErrorDetails) -> str:
    """What is allowed, without the words that pydantic puts before a validator's own."""
    return error["msg"].removeprefix("Value error, ")
