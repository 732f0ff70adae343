"""Everything the server holds between requests; touched on the event loop alone."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from context.courtesy import Courtesy
from context.disk.files import find_root
from context.errors import ContextError
from inference.errors import InferenceError
from lsp_server.documents import Documents
from lsp_server.errors import CommandError
from lsp_server.folders import cache_folder
from lsp_server.inline.generations import Generations
from lsp_server.inline.shown import Shown
from lsp_server.kept.counting import finish
from lsp_server.kept.following import Following
from lsp_server.uris import to_path
from lsp_server.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from inference.errors import Cause
    from lsp_server.configuration import Configured
    from lsp_server.documents import Document

MAX_BARE = 4
"""Folders that are no workspace folders kept open, but for those that open documents lie in."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the server can't complete until something is changed; `kind` and `cause` are stable."""

    kind: str
    message: str
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """What the other end has said it wants to hear."""

    answer_details: bool = False
    partial_text: bool = False
    one_item: bool = False
    work_done_progress: bool = False
    watches_files: bool = False
    tells_settings: bool = False
    registers_settings: bool = False
    debounces: bool = False


@dataclass(slots=True)
class Session:
    """One editor's conversation.

    Attributes:
        gather: the settings for a folder (None: for none), from every source.
        initial: the settings that the editor began with.
        configured: the settings for no folder in particular.
        folders: the workspace folders, indexed.
        bare: folders of files outside of those, neither crawled nor kept for long.
        generations: what backends are asked for each document.
        courtesy: held while a request is answered, so that what isn't one waits.
        asked_to_watch: the editor was asked to tell of every change on disk.
        roots: the workspace folders that the editor named, opened or not.
        stamps: what the settings' files were like when they were last looked at.
        refused: why the settings of now aren't in force; None where they are.
        announce: called when what the client should see of a backend has changed.
        switching: held while other settings are taken up.
        n_switches: how often another backend took the place of one.
    """

    documents: Documents = field(default_factory=Documents)
    client: Client = field(default_factory=Client)
    gather: Callable[..., Configured] | None = None
    initial: dict[str, Any] = field(default_factory=dict[str, Any])
    configured: Configured | None = None
    warnings: list[str] = field(default_factory=list[str])
    problem: Problem | None = None
    folders: dict[Path, Workspace] = field(default_factory=dict[Path, Workspace])
    bare: OrderedDict[Path, Workspace] = field(default_factory=OrderedDict[Path, Workspace])
    generations: Generations = field(default_factory=Generations)
    shown: Shown = field(default_factory=Shown)
    following: Following = field(default_factory=Following)
    courtesy: Courtesy = field(default_factory=Courtesy)
    asked_to_watch: bool = False
    stamps: dict[Path, tuple[int, int] | None] = field(
        default_factory=dict[Path, tuple[int, int] | None]
    )
    roots: list[Path] = field(default_factory=list[Path])
    refused: str | None = None
    announce: Callable[[], None] | None = None
    switching: asyncio.Lock = field(default_factory=asyncio.Lock)
    n_switches: int = 0
    # Requests don't wait for a crawl, which has a thread of its own.
    executor: ThreadPoolExecutor = field(default_factory=lambda: _threads(2, "infill-request"))
    indexer: ThreadPoolExecutor = field(default_factory=lambda: _threads(1, "infill-index"))
    _background: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])

    def configure(self, root: Path | None) -> Configured | None:
        """The settings for a folder; None, with `problem` set, where a source is wrong."""
        if self.gather is None:
            return None
        try:
            configured = self.gather(root=root)
        except CommandError as error:
            self.problem = Problem(error.kind, str(error))
            return None
        self.warnings += [text for text in configured.warnings if text not in self.warnings]
        if root is None:
            self.configured = configured
        return configured

    def open_folder(self, root: Path) -> Workspace | None:
        """Take up a workspace folder; None, with `problem` set, where settings don't allow."""
        workspace = self._open(root, cache_dir=cache_folder())
        if workspace is not None:
            below = self._open_below(root)
            for document in below:
                self.shadow(document, None)
            self.folders[root] = workspace
            for document in below:
                self.shadow(document, document.text)
        return workspace

    def close_folder(self, root: Path) -> None:
        """Let a workspace folder go; documents in it that are open go on without an index."""
        workspace = self.folders.pop(root, None)
        if workspace is not None:
            self._let_go(workspace)
            for document in self._open_below(root):
                self.shadow(document, document.text)

    def _open_below(self, root: Path) -> list[Document]:
        paths = ((document, to_path(document.uri)) for document in self.documents)
        return [document for document, path in paths if path and path.is_relative_to(root)]

    def workspace_of(self, path: Path) -> Workspace | None:
        """The innermost workspace folder that holds a file, else a bare one for its own root."""
        holding = [root for root in self.folders if path.is_relative_to(root)]
        if holding:
            return self.folders[max(holding, key=lambda root: len(root.parts))]
        return self._bare(find_root(path))

    def nowhere(self) -> Workspace | None:
        """A bare workspace for what is no file yet: nothing is in it, and nothing is kept."""
        return self._bare(_nowhere())

    def _bare(self, root: Path) -> Workspace | None:
        """A workspace that nobody asked for: completes, but is never crawled or cached."""
        if root not in self.bare:
            workspace = self._open(root, cache_dir=None)
            if workspace is None:
                return None
            workspace.indexed = True
            self.bare[root] = workspace
            self._thin_out(newest=root)
        self.bare.move_to_end(root)
        return self.bare[root]

    def _thin_out(self, newest: Path | None = None) -> None:
        """Let go of bare folders that no open document lies in, but for the last ones used."""
        if len(self.bare) <= MAX_BARE:
            return
        places = [to_path(document.file_uri) or _nowhere() / "_" for document in self.documents]
        for root in tuple(self.bare)[: len(self.bare) - MAX_BARE]:
            if root != newest and not any(place.is_relative_to(root) for place in places):
                self._let_go(self.bare.pop(root))

    def _open(self, root: Path, cache_dir: Path | None) -> Workspace | None:
        configured = self.configure(root)
        if configured is None:
            return None
        try:
            return open_workspace(root, configured.settings, cache_dir, self.courtesy, self.tell)
        except (InferenceError, ContextError, CommandError) as error:
            self.problem = Problem(error.kind, str(error), getattr(error, "cause", None))
            return None

    def tell(self) -> None:
        """Have the client see how the backends are now."""
        if self.announce is not None:
            self.announce()

    def _let_go(self, workspace: Workspace) -> None:
        for task in (workspace.probing, workspace.warming):
            if task is not None:
                task.cancel()
        workspace.closing.set()
        # What runs hears that the folder has gone, rather than that its backend has.
        self.start(_closed(workspace, self.generations.end_all(workspace)))

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that no message waits for; it ends with the session at the latest."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    def shadow(self, document: Document, text: str | None) -> Workspace | None:
        """Let a document stand before its file (None: no longer); the workspace it lies in."""
        path = to_path(document.uri)
        workspace = self.workspace_of(path) if path else None
        if path and workspace:
            workspace.repository.shadow(workspace.relative(path), text)
        return workspace

    def forget(self, document: Document) -> Workspace | None:
        """Let a closed document's file stand for itself again, and drop what was remembered."""
        workspace = self.shadow(document, None)
        path = to_path(document.uri)
        if path and workspace:
            workspace.remembered.pop(workspace.relative(path), None)
        self.generations.close(document.uri)
        self._thin_out()
        return workspace

    async def stop(self) -> None:
        """End what is running and let the backends go, while there is still an event loop."""
        await finish(self)
        for workspace in (*self.folders.values(), *self.bare.values()):
            workspace.closing.set()
        ending: list[asyncio.Task[Any]] = [*self.generations.end_all(), *self._background]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        for workspace in (*self.folders.values(), *self.bare.values()):
            workspace.close()
            await workspace.backend.aclose()

    def close(self) -> None:
        """Let go of the threads."""
        for workspace in (*self.folders.values(), *self.bare.values()):
            workspace.close()
        for executor in (self.executor, self.indexer):
            executor.shutdown(wait=False, cancel_futures=True)


async def _closed(workspace: Workspace, ending: list[asyncio.Task[Any]]) -> None:
    """Close a workspace and its backend once what runs there has ended."""
    workspace.repository.close()
    try:
        await asyncio.gather(*ending, return_exceptions=True)
    finally:
        await workspace.backend.aclose()


def _nowhere() -> Path:
    """The folder that stands for what is no file yet; nothing is ever in it."""
    return cache_folder() / "untitled"


def _threads(n: int, name: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n, thread_name_prefix=name)
