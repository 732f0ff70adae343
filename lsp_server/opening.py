"""Settings made into a backend: which wire or model, and all that it is to know."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from inference.registry import ON_THIS_MACHINE, BackendSettings, LocalPlan, Sharing, make_backend
from inference.wire.endpoint import is_loopback
from lsp_server.errors import SettingError
from lsp_server.identity import user_salt

if TYPE_CHECKING:
    from pathlib import Path

    from context.types import Corpus
    from inference.models import ModelSpec
    from inference.registry import Report
    from inference.types import Backend
    from lsp_server.settings import Settings


def open_backend(
    settings: Settings,
    spec: ModelSpec,
    *,
    corpus: Corpus | None = None,
    cache_dir: Path | None = None,
    report: Report | None = None,
) -> Backend:
    """The backend that the settings name, made; nothing is asked of it yet.

    Raises:
        InferenceError: there is no such backend, or it can't be made from these settings.
        SettingError: a key was promised and isn't in the environment.
    """
    made = backend_settings(settings, spec, corpus=corpus, cache_dir=cache_dir, report=report)
    return make_backend(settings.backend, made)


def backend_settings(
    settings: Settings,
    spec: ModelSpec,
    *,
    corpus: Corpus | None = None,
    cache_dir: Path | None = None,
    report: Report | None = None,
) -> BackendSettings:
    """All that a backend may be made from, as the settings say it.

    Raises:
        SettingError: a key was promised and isn't in the environment.
    """
    return BackendSettings(
        endpoint=settings.endpoint or "",
        model=settings.served_model or settings.model,
        api_key=api_key(settings),
        corpus=corpus,
        cache_dir=cache_dir,
        spec=spec,
        tokenizer=settings.tokenizer or "",
        budget_tokens=settings.context.budget_tokens,
        sharing=_sharing(settings, cache_dir),
        local=_local(settings, spec),
        report=report,
    )


def stays_here(settings: Settings) -> bool:
    """Whether what the backend is sent stays on this machine, as far as that can be told."""
    if settings.backend in ON_THIS_MACHINE:
        return True
    return is_loopback(urlsplit(settings.endpoint or "").hostname or "")


def api_key(settings: Settings) -> str | None:
    """The key that the environment holds; None where none is needed.

    Raises:
        SettingError: a key was promised and isn't there.
    """
    if settings.api_key_env is None:
        return None
    key = os.environ.get(settings.api_key_env)
    if not key:
        raise SettingError(
            f"api_key_env names {settings.api_key_env!r}, but no such environment variable is set"
        )
    return key


def _sharing(settings: Settings, cache_dir: Path | None) -> Sharing:
    server = settings.server
    return Sharing(
        session_header=server.session_header,
        cache_salt=_cache_salt(settings, cache_dir),
        ca_file=server.ca_file or "",
        connect_s=server.connect_timeout_s,
        read_s=server.read_timeout_s,
    )


def _cache_salt(settings: Settings, cache_dir: Path | None) -> str:
    """Who shares a prefix cache can find out by its speed which code others have sent."""
    wanted = settings.server.cache_salt
    if wanted == "off":
        return ""
    if wanted != "auto":
        return wanted
    return "" if stays_here(settings) else user_salt(cache_dir)


def _local(settings: Settings, spec: ModelSpec) -> LocalPlan:
    local = settings.local
    return LocalPlan(
        python=local.python or "",
        device=local.device,
        precision=local.precision,
        cache_gb=local.cache_gb,
        context_tokens=local.context_tokens or _tokens_needed(settings, spec),
        idle_s=local.idle_minutes * 60,
        threads=local.threads,
    )


def _tokens_needed(settings: Settings, spec: ModelSpec) -> int:
    wanted = settings.context.budget_tokens + settings.completion.max_tokens
    return min(wanted, spec.context_tokens)
