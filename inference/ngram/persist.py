"""Trained repositories on disk, mapped into memory rather than read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inference.ngram.base import Base
from inference.ngram.lexer import Vocabulary
from inference.ngram.stores import Far

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

VERSION = 1
"""Grows whenever the files or the lexer change; older ones are then left alone."""
_KEPT = 8
_ARRAYS: dict[str, type[np.generic]] = {
    "ids": np.int32,
    "blanks": np.uint8,
    "order": np.int32,
    "first": np.int32,
    "pairs": np.int64,
    "pair_first": np.int32,
    "classes": np.int8,
    "to_end": np.uint8,
    "starts": np.int64,
}


def shelf(cache_dir: Path) -> Path:
    """Where trained repositories of this version are kept."""
    return cache_dir / f"ngram-{VERSION}"


def name_of(documents: Iterable[tuple[str, str]]) -> str:
    """A folder's name for documents given as path and digest, in order."""
    text = json.dumps(list(documents))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def save(base: Base, folder: Path) -> None:
    """Write a trained repository as `folder`, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists() and load(folder) is None:
        shutil.rmtree(folder, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".draft-"))
    try:
        for name, array in _arrays_of(base).items():
            np.save(draft / f"{name}.npy", array)
        documents = list(zip(base.paths, base.digests, strict=True))
        for name, value in (("words", base.vocabulary.words()), ("documents", documents)):
            (draft / f"{name}.json").write_text(json.dumps(value), encoding="ascii")
        os.replace(draft, folder)  # noqa: PTH105 - replaces where Path.rename would not
    except OSError:
        # Another process may have finished the same folder first.
        if load(folder) is None:
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def load(folder: Path) -> Base | None:
    """The repository trained as `folder`; None where it is missing or damaged."""
    try:
        arrays = {name: _mapped(folder / f"{name}.npy", kind) for name, kind in _ARRAYS.items()}
        words, documents = (
            json.loads((folder / f"{name}.json").read_text(encoding="ascii"))
            for name in ("words", "documents")
        )
        return _base(arrays, words, documents)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def nearest(cache: Path, documents: Sequence[tuple[str, str]]) -> Base | None:
    """The trained repository that shares most documents, None where none shares half."""
    wanted = set(documents)
    shared = [(len(wanted & _documents(folder)), folder) for folder in _folders(cache)]
    found = [(n, folder) for n, folder in shared if 2 * n > len(wanted)]
    return load(max(found)[1]) if found else None


def keep_only(folder: Path, documents: Sequence[tuple[str, str]]) -> None:
    """Delete older states of the same repository, and all but the newest few of others.

    What another process has still open may stay where the system wants it so.
    """
    paths = {path for path, _ in documents}
    for age, other in enumerate(_folders(folder.parent)):
        same = {path for path, _ in _documents(other)}
        older = other != folder and 2 * len(paths & same) > max(len(paths), len(same))
        if older or age >= _KEPT:
            shutil.rmtree(other, ignore_errors=True)


def _folders(cache: Path) -> list[Path]:
    """What is there, the newest first."""
    try:
        entries = [entry for entry in cache.iterdir() if not entry.name.startswith(".")]
        return sorted(entries, key=lambda entry: (-entry.stat().st_mtime, entry.name))
    except OSError:
        return []


def _documents(folder: Path) -> set[tuple[str, str]]:
    try:
        pairs = json.loads((folder / "documents.json").read_text(encoding="ascii"))
        return {(str(path), str(digest)) for path, digest in pairs}
    except (OSError, ValueError, TypeError):
        return set()


def _mapped(path: Path, kind: type[np.generic]) -> NDArray[Any]:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if array.dtype != kind or array.ndim != 1:
        raise ValueError(f"{path.name} holds {array.dtype}, expected {kind}")
    # A plain view is indexed faster than the memmap class.
    return np.asarray(array).view(np.ndarray)


def _arrays_of(base: Base) -> dict[str, NDArray[Any]]:
    arrays = {name: getattr(base.far, name, None) for name in _ARRAYS}
    own = {"classes": base.classes, "to_end": base.to_end, "starts": base.starts}
    return {name: array for name, array in arrays.items() if array is not None} | own


def _base(
    arrays: dict[str, NDArray[Any]], words: list[str], documents: list[tuple[str, str]]
) -> Base:
    n, n_words = arrays["ids"].size, len(words)
    sizes = (arrays["blanks"].size, arrays["to_end"].size, arrays["order"].size + 1)
    if sizes != (n, n, n) or (arrays["classes"].size, arrays["first"].size) != (
        n_words,
        n_words + 1,
    ):
        raise ValueError("the files don't belong together")
    if arrays["starts"].size != len(documents) + 1 or int(arrays["starts"][-1]) != n:
        raise ValueError("the documents don't belong to the stream")
    far = Far(
        *(arrays[name] for name in ("ids", "blanks", "order", "first", "pairs", "pair_first"))
    )
    return Base(
        Vocabulary(words),
        far,
        arrays["classes"],
        arrays["to_end"],
        tuple(path for path, _ in documents),
        tuple(digest for _, digest in documents),
        arrays["starts"],
    )
