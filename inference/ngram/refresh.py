"""A model that follows its corpus: trained, loaded, or brought up to date."""

from __future__ import annotations

import shutil
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from inference.ngram import persist, worker
from inference.ngram.base import Document, Model, note_changes, train
from inference.ngram.languages import is_source

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

    from context.types import Corpus, CorpusEntry

_SMALL = 2_500_000
"""Code points that are learnt within the server; more go to a process of their own."""
_LONGEST = 1_000_000
_OUTDATED, _FEW = 0.05, 8
"""A share of the documents, and a number of them, from which training anew pays."""


class Trainer:
    """Keeps a model in step with a corpus; every method blocks and belongs to one thread.

    `stop` may be called from any thread.
    """

    def __init__(self, corpus: Corpus, cache_dir: Path | None) -> None:
        self._corpus = corpus
        self._temporary = None if cache_dir else Path(tempfile.mkdtemp(prefix="infill-ngram-"))
        self._shelf = persist.shelf(cache_dir or self._temporary or Path())
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def update(self, model: Model | None) -> tuple[Model | None, bool]:
        """The model with every change noted, and whether it should be trained anew.

        Starts from what an earlier run has trained; None where there is nothing to start from.
        """
        entries = self._entries()
        if model is None:
            base = persist.load(self._folder(entries))
            base = base or persist.nearest(self._shelf, _pairs(entries))
            if base is None:
                return None, True
            model = Model(base)
        known = dict(zip(model.base.paths, model.base.digests, strict=True))
        changed = [entry for entry in entries if known.get(entry.path) != entry.digest]
        gone = set(known).difference(entry.path for entry in entries)
        if not changed and not gone:
            return Model(model.base), False
        outdated = (len(changed) + len(gone)) / max(1, len(entries))
        if outdated > _OUTDATED * 10:
            return None, True
        changes = note_changes(model.base, self._read(changed), gone)
        return Model(model.base, changes), outdated > _OUTDATED and len(changed) + len(gone) > _FEW

    def train(self) -> Model:
        """A model of the corpus as it is now."""
        entries = self._entries()
        documents = self._read(entries)
        first: list[Document] = []
        size = 0
        for document in documents:
            first.append(document)
            size += len(document.text)
            if size > _SMALL:
                return self._train_apart(chain(first, documents), entries)
        base = train(first)
        if self._temporary is None and first:
            self._keep(Model(base), entries)
        return Model(base)

    def stop(self) -> None:
        """End a training that goes on and delete what was only for this run."""
        self._stopped = True
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _train_apart(self, documents: Iterator[Document], entries: Sequence[CorpusEntry]) -> Model:
        folder = self._folder(entries)
        base = persist.load(folder) if self._work(folder, documents) else None
        if base is None:
            # Without a second process it is slower for everybody, but it works.
            return Model(train(() if self._stopped else self._read(entries)))
        persist.keep_only(folder, _pairs(entries))
        return Model(base)

    def _work(self, folder: Path, documents: Iterator[Document]) -> bool:
        """Whether another process has trained on the documents and written `folder`."""
        if self._stopped:
            return False
        try:
            self._process = worker.start(folder)
        except OSError:
            return False
        return worker.feed(self._process, documents)

    def _keep(self, model: Model, entries: Sequence[CorpusEntry]) -> None:
        folder = self._folder(entries)
        try:
            persist.save(model.base, folder)
            persist.keep_only(folder, _pairs(entries))
        except OSError:
            # A full or read-only disk costs the next start some time, nothing else.
            return

    def _folder(self, entries: Sequence[CorpusEntry]) -> Path:
        return self._shelf / persist.name_of(_pairs(entries))

    def _entries(self) -> list[CorpusEntry]:
        return [entry for entry in self._corpus.entries() if is_source(entry.language)]

    def _read(self, entries: Sequence[CorpusEntry]) -> Iterator[Document]:
        for entry in entries:
            text = None if self._stopped else self._corpus.read(entry.path)
            if text is not None:
                yield Document(entry.path, entry.digest, text[:_LONGEST])


def _pairs(entries: Sequence[CorpusEntry]) -> list[tuple[str, str]]:
    return [(entry.path, entry.digest) for entry in entries]
