"""A repository as the server holds it: its index, its model and what it remembers of each file."""

from __future__ import annotations

from collections import OrderedDict
from copy import copy
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from context.patient import Patient
from context.repository import Repository
from context.secrets.gate import Gate
from context.selection.memo import Memo
from context.selection.select import SelectState
from inference.prompt.pack import PackState
from inference.types import Request
from lsp_server.health import Health
from lsp_server.identity import session_name, user_salt
from lsp_server.inline.cache import Cache
from lsp_server.inline.world import Worlds
from lsp_server.opening import open_backend, stays_here
from lsp_server.tokenizing import Reader
from lsp_server.user_models import model_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from pathlib import Path

    from context.courtesy import Courtesy
    from context.types import Behind, LeftOut, Snapshot
    from inference.models import ModelSpec
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Backend
    from lsp_server.settings import Settings


# Of so many files it is remembered what their last prompt was.
MAX_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the last request in a file leaves for the next, so that its prompt keeps its head.

    Attributes:
        withheld: what was wanted for its selection, and holds a secret.
        asked_s: when that request was, by the clock of `time.perf_counter`.
        budget_tokens: what its prompt was made for; 0 where there was none.
        repository_tokens: what of that the document left to the repository.
        behind: room for files behind the document, as its selection was told.
        cursor: where that was.
    """

    select: SelectState
    pack: PackState
    withheld: tuple[LeftOut, ...] = ()
    asked_s: float = 0.0
    budget_tokens: int = 0
    repository_tokens: int = 0
    behind: Behind | None = None
    cursor: int = 0


@dataclass(slots=True)
class Workspace:
    """One repository.

    Attributes:
        cache_dir: where what is found out is kept; None keeps nothing.
        gate: what every text passes before it is put into a prompt.
        indexed: its first crawl has ended.
        changed: paths that something has happened to since the index was last refreshed;
            `""` for any.
        refreshing: a refresh is under way.
        watched: what changes below the root is told.
        resting: the next idle moment is waited for.
        foreseeing: what opened documents will want is being looked at.
        foreseen: the URIs of those for which it was.
        health: how the backend is.
        reader: how its model reads texts.
        probing: finds that out; done where it is known or the server couldn't be asked.
        patient_until_s: until then it is waited for, by the event loop's clock.
        asked_in: the file that a prompt was last asked for in.
        warming: the warm-up that waits for a pause or is under way.
        warming_uri: of the document that it is for.
        read_prompt: the text of the prompt that the backend read last.
        failure: for the user, why the last refresh came to nothing; None where it didn't.
        closing: set when nothing more is to be begun.
        cache: the completions of late.
        worlds: what those of each file depend on besides it.
    """

    root: Path
    settings: Settings
    repository: Repository
    gate: Gate
    backend: Backend
    spec: ModelSpec
    health: Health
    reader: Reader
    cache_dir: Path | None = None
    indexed: bool = False
    changed: set[str] = field(default_factory=set[str])
    refreshing: bool = False
    watched: bool = False
    resting: bool = False
    foreseeing: bool = False
    foreseen: set[str] = field(default_factory=set[str])
    probing: asyncio.Task[None] | None = None
    patient_until_s: float = 0.0
    asked_in: str = ""
    warming: asyncio.Task[None] | None = None
    warming_uri: str = ""
    read_prompt: str | None = None
    failure: str | None = None
    closing: Event = field(default_factory=Event)
    remembered: OrderedDict[str, Remembered] = field(default_factory=OrderedDict[str, Remembered])
    cache: Cache = field(default_factory=Cache)
    worlds: Worlds = field(default_factory=Worlds)
    _memo: Memo = field(default_factory=Memo)

    @property
    def stale(self) -> bool:
        """Whether something changed since the last refresh began."""
        return bool(self.changed)

    @property
    def trouble(self) -> str | None:
        """For the user, what keeps the index from being all it should; None where nothing does."""
        return self.failure or self.repository.trouble

    @property
    def closed(self) -> bool:
        """Whether nothing more is to be begun."""
        return self.closing.is_set()

    def relative(self, path: Path) -> str:
        """The path as the context package names it; the bare name outside of the root."""
        if not path.is_relative_to(self.root):
            return path.name
        return self.repository.spelt(path.relative_to(self.root).as_posix())

    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer; loading it can take two seconds, so not on the event loop.

        Raises:
            TokenizerError: it can't be read, or doesn't fit the model.
        """
        return self.reader.tokenizer()

    @property
    def probed(self) -> bool:
        """It was found out what the backend's server takes, with the tokenizer in use."""
        return self.reader.probed

    @probed.setter
    def probed(self, probed: bool) -> None:
        self.reader.probed = probed

    def pinned(self) -> Workspace:
        """This workspace as it is now, for a thread to work with: settings don't change under it.

        It shares what both remember.
        """
        return copy(self)

    def serve_by(self, settings: Settings, made: Opened) -> None:
        """Have another backend in the place of the one so far, which the caller closes.

        What was remembered of prompts goes: they were another model's.
        """
        self.settings, self.spec, self.backend = settings, made.spec, made.backend
        self.health, self.reader = made.health, Reader(settings, made.spec)
        self.probing, self.patient_until_s, self.read_prompt = None, 0.0, None
        self.remembered, self._memo = OrderedDict(), Memo()
        self.cache.clear()

    def memory_of(self, path: str) -> Remembered:
        """What is remembered of a file; its caches are the workspace's."""
        found = self.remembered.get(path)
        return found or Remembered(SelectState(memo=self._memo), PackState())

    def remember(self, path: str, memory: Remembered) -> None:
        """Keep this for the next request in the file, the longest unused file's forgotten."""
        self.remembered[path] = memory
        self.remembered.move_to_end(path)
        while len(self.remembered) > MAX_REMEMBERED:
            self.remembered.popitem(last=False)

    def supersede(self, path: str, known: Remembered | None, memory: Remembered) -> None:
        """Remember this for the file if what is remembered of it is still what was known."""
        if not self.closed and self.remembered.get(path) is known:
            self.remember(path, memory)

    async def learn(self) -> None:
        """Let a backend that learns from the repository take up what the index now holds."""
        if not self.backend.capabilities.prompt:
            await self.backend.warm(Request("", "", "", ""))

    def refusal(self, snapshot: Snapshot) -> str | None:
        """Why a document must not go to the backend; None where it stays here, or may.

        Reads ignore files and scans the text, so not on the event loop.
        """
        if self.stays_here:
            return None
        reason = self.repository.may_send(snapshot.path)
        if reason is None:
            finding = self.gate.finding_while_typed(snapshot.path, snapshot.text)
            reason = f"it holds a secret ({finding})" if finding else None
        return f"{snapshot.path} is not sent to another machine: {reason}" if reason else None

    def close(self) -> None:
        """Let go of the index; the backend is closed by whoever runs the event loop."""
        self.closing.set()
        self.repository.close()

    @property
    def stays_here(self) -> bool:
        """Whether what the backend is sent stays on this machine."""
        return stays_here(self.settings)

    @property
    def session_name(self) -> str:
        """What servers that others use, too, know this repository by; empty for no server."""
        if self.settings.endpoint is None:
            return ""
        return session_name(user_salt(self.cache_dir), self.root)

    @property
    def warms_up(self) -> bool:
        """Whether the backend reads the next prompt's head ahead while nobody types."""
        can = self.backend.capabilities
        return self.settings.prompt.warm_up and can.prompt and can.warm

    @property
    def model_name(self) -> str:
        """The model's name, for the user."""
        return self.spec.name if self.backend.capabilities.prompt else self.settings.backend


@dataclass(frozen=True, slots=True)
class Opened:
    """A backend as a workspace needs it: with the model's quirks, and how it is."""

    backend: Backend
    spec: ModelSpec
    health: Health


def open_workspace(
    root: Path,
    settings: Settings,
    cache_dir: Path | None,
    courtesy: Courtesy | None = None,
    tell: Callable[[], None] | None = None,
) -> Workspace:
    """A workspace with its backend made and its index still empty.

    Without a `cache_dir` nothing is kept on disk. What is done in the background gives
    way to who holds `courtesy`. `tell` is called when how the backend is has changed.

    Raises:
        InferenceError: an unknown model or backend, or an endpoint that can't be used.
        SettingError: a key was promised and isn't in the environment.
    """
    repository = Repository(
        root, cache_dir=cache_dir, ignore=settings.context.ignore, courtesy=courtesy
    )
    made = open_served(settings, model_of(settings), repository, cache_dir, tell)
    return Workspace(
        root,
        settings,
        repository,
        Gate(cache_dir, repository.root),
        made.backend,
        made.spec,
        made.health,
        Reader(settings, made.spec),
        cache_dir,
    )


def open_served(
    settings: Settings,
    spec: ModelSpec,
    repository: Repository,
    cache_dir: Path | None,
    tell: Callable[[], None] | None = None,
) -> Opened:
    """The backend that the settings name, for that repository.

    Raises:
        InferenceError: there is no such backend, or it can't be made from these settings.
        SettingError: a key was promised and isn't in the environment.
    """
    health = Health() if tell is None else Health(tell)
    backend = open_backend(
        settings, spec, corpus=Patient(repository), cache_dir=cache_dir, report=health.report
    )
    return Opened(backend, spec, health)
