"""Where a model's weights lie on this machine; nothing is fetched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inference.tokens.hub import expanded, hub_cache, is_hub_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inference.models.spec import ModelSpec

GGUF = ".gguf"
# Any of these in a folder says that its weights are in safetensors, though not that all are there.
_WHOLE = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_LATER_PART = re.compile(r"-(?!00001-)\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)
_WANTED = "set `model` to the folder with their safetensors or to a .gguf file"


def find_weights(model: str, spec: ModelSpec | None = None) -> Path | None:
    """The folder with safetensors or the `.gguf` file that `model` means; None where none is here.

    The first of these: the path that `model` is; the hub's local cache, by the name that
    `model` is and by those that the model table has for it. Reads folders and never the
    network. What is found may still lack a part.

    Args:
        model: the setting `model`: a path, a name on the hub, or one of the model table.
        spec: what the model table says of it.
    """
    if not model:
        return None
    path = expanded(model)
    if path.exists():
        return weights_at(path)
    names = ([model] if is_hub_name(model) else []) + list(spec.hub if spec else ())
    return next((found for name in names for found in _cached(name)), None)


def weights_at(path: Path) -> Path | None:
    """The folder itself, the `.gguf` file itself, or that of the only model in the folder."""
    if path.is_file():
        return path if path.suffix.lower() == GGUF else None
    if _has_safetensors(path):
        return path
    files = _ggufs(path)
    return files[0] if len(files) == 1 else None


def no_weights(model: str) -> str:
    """Why `find_weights` found none, and which to name instead, for the user."""
    path = expanded(model)
    if model and not path.exists():
        return f"no weights of {model!r} were found on this machine; {_WANTED}"
    if path.is_file():
        return f"{path} is neither a .gguf file nor a folder of safetensors; {_WANTED}"
    files = [file.name for file in _ggufs(path)]
    if files:
        return f"{path} holds {len(files)} .gguf files; set `model` to one of them, as {files[0]}"
    others = sorted(file.name for file in path.glob("*.bin"))
    found = f"only {others[0]}, whose format can run code" if others else "no weights"
    return f"{path} holds {found}; {_WANTED}"


def cached_revisions(hub_name: str) -> tuple[Path, ...]:
    """The folders in the hub's local cache, that of the branch `main` first, then the newest."""
    repository = hub_cache() / f"models--{hub_name.replace('/', '--')}"
    folders = [folder for folder in repository.glob("snapshots/*") if folder.is_dir()]
    folders.sort(key=lambda folder: (folder.stat().st_mtime_ns, folder.name), reverse=True)
    main = _main_revision(repository)
    return tuple(sorted(folders, key=lambda folder: folder.name != main))


def _cached(hub_name: str) -> Iterator[Path]:
    if is_hub_name(hub_name):
        found = (weights_at(folder) for folder in cached_revisions(hub_name))
        yield from (path for path in found if path is not None)


def _ggufs(folder: Path) -> list[Path]:
    """Its models, one file of each: llama.cpp finds the other parts by the first's name."""
    files = (file for file in folder.glob("*") if file.suffix.lower() == GGUF and file.is_file())
    return sorted(file for file in files if not _LATER_PART.search(file.name))


def _main_revision(repository: Path) -> str:
    try:
        return (repository / "refs" / "main").read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""


def _has_safetensors(folder: Path) -> bool:
    return (folder / _INDEX).is_file() or (folder / _WHOLE).is_file()
