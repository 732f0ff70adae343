"""Everything the server holds between requests; touched on the event loop alone."""

from __future__ import annotations

import logging
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from context.errors import ContextError
from context.files import find_root
from inference.errors import InferenceError
from lsp_server.documents import Documents
from lsp_server.errors import CommandError
from lsp_server.uris import to_path
from lsp_server.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    import asyncio

    from lsp_server.configuration import Configured
    from lsp_server.documents import Document

log = logging.getLogger(__name__)

# How many shown completions are remembered for an accept to refer to.
MAX_SHOWN = 64


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the server can't complete until something is changed; `kind` is stable."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Client:
    """What the other end has said it wants to hear."""

    answer_details: bool = False
    partial_text: bool = False
    work_done_progress: bool = False


@dataclass(slots=True)
class Session:
    """One editor's conversation."""

    documents: Documents = field(default_factory=Documents)
    client: Client = field(default_factory=Client)
    configured: Configured | None = None
    problem: Problem | None = None
    folders: dict[Path, Workspace] = field(default_factory=dict[Path, Workspace])
    running: dict[str, asyncio.Task[Any]] = field(default_factory=dict[str, "asyncio.Task[Any]"])
    shown: OrderedDict[str, str] = field(default_factory=OrderedDict[str, str])
    # Selection, packing and indexing; the reader of standard input has a pool of its own.
    executor: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="infill")
    )

    def open_folder(self, root: Path) -> Workspace | None:
        """Take up a workspace folder; None, with `problem` set, where settings don't allow."""
        if self.configured is None:
            return None
        try:
            workspace = open_workspace(root, self.configured.settings)
        except (InferenceError, ContextError, CommandError) as error:
            self.problem = Problem(error.kind, str(error))
            return None
        self.folders[root] = workspace
        return workspace

    def workspace_of(self, path: Path) -> Workspace | None:
        """The innermost folder that holds a file; a bare one is made where none does."""
        holding = [root for root in self.folders if path.is_relative_to(root)]
        if holding:
            return self.folders[max(holding, key=lambda root: len(root.parts))]
        bare = self.open_folder(find_root(path))
        if bare is not None:
            # Nobody asked for that folder: complete there, but don't crawl it.
            bare.indexed = True
        return bare

    def shadow(self, document: Document, text: str | None) -> None:
        """Let a document stand before its file (None: no longer)."""
        path = to_path(document.uri)
        workspace = self.workspace_of(path) if path else None
        if path and workspace:
            workspace.repository.shadow(workspace.relative(path), text)

    def remember_shown(self, identifier: str, uri: str) -> None:
        """Keep which document a completion was shown in, the oldest forgotten first."""
        self.shown[identifier] = uri
        while len(self.shown) > MAX_SHOWN:
            self.shown.popitem(last=False)

    async def stop(self) -> None:
        """End what is running and let the backends go, while there is still an event loop."""
        for task in self.running.values():
            task.cancel()
        for workspace in self.folders.values():
            await workspace.backend.aclose()

    def close(self) -> None:
        """Let go of threads, files and processes."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        for workspace in self.folders.values():
            workspace.close()
