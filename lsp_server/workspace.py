"""A repository as the server holds it: its index, its model and what it remembers of each file."""

from __future__ import annotations

import ipaddress
import os
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from context.patient import Patient
from context.repository import Repository
from context.secrets.gate import Gate
from context.selection.memo import Memo
from context.selection.select import SelectState
from inference.prompt.pack import PackState
from inference.registry import BackendSettings, make_backend
from inference.tokens.load import TokenizeEndpoint, load_tokenizer
from inference.tokens.tokenizer import EstimatingTokenizer
from inference.types import Request
from lsp_server.errors import SettingError
from lsp_server.user_models import model_of

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from context.courtesy import Courtesy
    from context.types import Behind, LeftOut, Snapshot
    from inference.models import ModelSpec
    from inference.tokens.tokenizer import Tokenizer
    from inference.types import Backend
    from lsp_server.settings import Settings


# Of so many files it is remembered what their last prompt was.
MAX_REMEMBERED = 32
# A server that didn't tell how its model reads texts is asked again so often at most.
_RELOAD_S = 30.0


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
        gate: what every text passes before it is put into a prompt.
        indexed: its first crawl has ended.
        changed: paths that something has happened to since the index was last refreshed;
            `""` for any.
        refreshing: a refresh is under way.
        watched: what changes below the root is told.
        resting: the next idle moment is waited for.
        probed: it was found out what the backend's server takes, with the tokenizer in use.
        probing: finds that out; done where it is known or the server couldn't be asked.
        patient_until_s: until then it is waited for, by the event loop's clock.
        asked_in: the file that a prompt was last asked for in.
        warming: the warm-up that waits for a pause or is under way.
        warming_uri: of the document that it is for.
        read_prompt: the text of the prompt that the backend read last.
        failure: for the user, why the last refresh came to nothing; None where it didn't.
        closing: set when nothing more is to be begun.
    """

    root: Path
    settings: Settings
    repository: Repository
    gate: Gate
    backend: Backend
    spec: ModelSpec
    indexed: bool = False
    changed: set[str] = field(default_factory=set[str])
    refreshing: bool = False
    watched: bool = False
    resting: bool = False
    probed: bool = False
    probing: asyncio.Task[None] | None = None
    patient_until_s: float = 0.0
    asked_in: str = ""
    warming: asyncio.Task[None] | None = None
    warming_uri: str = ""
    read_prompt: str | None = None
    failure: str | None = None
    closing: Event = field(default_factory=Event)
    remembered: OrderedDict[str, Remembered] = field(default_factory=OrderedDict[str, Remembered])
    _memo: Memo = field(default_factory=Memo)
    _tokenizer: Tokenizer | None = None
    _loaded_s: float = 0.0
    _loading: Lock = field(default_factory=Lock)

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

        Loaded once, but where it is one for now: an estimate takes the place of a server's
        that has failed, and the server is asked again by and by.

        Raises:
            TokenizerError: it can't be read, or doesn't fit the model.
        """
        with self._loading:
            known = self._tokenizer
            if known is None or (known.for_now and self._is_due()):
                known = self._loaded(known)
            elif known.for_now and known.exact:
                known = EstimatingTokenizer(for_now=True)
            self._tokenizer = known
            return known

    def _is_due(self) -> bool:
        return time.monotonic() - self._loaded_s >= _RELOAD_S

    def _loaded(self, known: Tokenizer | None) -> Tokenizer:
        """The tokenizer as of now; the known one where both are estimates for now."""
        found = load_tokenizer(
            self.settings.tokenizer,
            self.spec,
            folder=self.settings.model,
            endpoint=_tokenize_endpoint(self.settings),
        )
        self._loaded_s = time.monotonic()
        # What was made with an estimate stays as it is while there is no better one.
        if known is not None and not known.exact and found.for_now:
            return known
        # Whether the backend's server takes the ids of this one isn't known.
        self.probed = False
        return found

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
        return self.settings.endpoint is None or is_loopback(self.settings.endpoint)

    @property
    def warms_up(self) -> bool:
        """Whether the backend reads the next prompt's head ahead while nobody types."""
        can = self.backend.capabilities
        return self.settings.prompt.warm_up and can.prompt and can.warm

    @property
    def model_name(self) -> str:
        """The model's name, for the user."""
        return self.spec.name if self.backend.capabilities.prompt else self.settings.backend


def open_workspace(
    root: Path, settings: Settings, cache_dir: Path | None, courtesy: Courtesy | None = None
) -> Workspace:
    """A workspace with its backend made and its index still empty.

    Without a `cache_dir` nothing is kept on disk. What is done in the background gives
    way to who holds `courtesy`.

    Raises:
        InferenceError: an unknown model or backend, or an endpoint that can't be used.
        SettingError: a key was promised and isn't in the environment.
    """
    spec = model_of(settings)
    repository = Repository(
        root, cache_dir=cache_dir, ignore=settings.context.ignore, courtesy=courtesy
    )
    backend = make_backend(
        settings.backend,
        BackendSettings(
            endpoint=settings.endpoint or "",
            model=settings.served_model or settings.model,
            api_key=_api_key(settings),
            corpus=Patient(repository),
            cache_dir=cache_dir,
        ),
    )
    return Workspace(root, settings, repository, Gate(cache_dir, repository.root), backend, spec)


def is_loopback(endpoint: str) -> bool:
    """Whether a URL names this machine."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tokenize_endpoint(settings: Settings) -> TokenizeEndpoint | None:
    """Where a server may be asked how its model reads texts."""
    if settings.endpoint is None:
        return None
    name = settings.served_model or settings.model
    return TokenizeEndpoint(settings.endpoint, name, _api_key(settings))


def _api_key(settings: Settings) -> str | None:
    if settings.api_key_env is None:
        return None
    key = os.environ.get(settings.api_key_env)
    if not key:
        raise SettingError(
            f"api_key_env names {settings.api_key_env!r}, but no such environment variable is set"
        )
    return key
