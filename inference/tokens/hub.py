"""Tokenizer files of the hub: those on this machine and, only when asked, those that aren't."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from inference.errors import TokenizerError

if TYPE_CHECKING:
    from collections.abc import Callable

    # A repository's name and a file's, to where it lies now; as `hf_hub_download`.
    Fetch = Callable[[str, str], str]

TOKENIZER_FILE = "tokenizer.json"
_PATIENCE_S = 10.0
_BESIDE = "tokenizer_config.json"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)


def is_hub_name(text: str) -> bool:
    """Whether it has the form `owner/name`."""
    return _NAME.fullmatch(text) is not None


def cached_tokenizer(hub_name: str, cache_dir: Path | None = None) -> Path | None:
    """The tokenizer.json of that repository in the hub's local cache; None where it isn't there.

    No network. The branch `main` where the cache knows it, else the newest revision,
    as somebody may have fetched one by its number.

    Args:
        hub_name: `owner/name`.
        cache_dir: the hub's own by default; see `hub_cache`.
    """
    folder = cache_dir or hub_cache()
    repository = folder / f"models--{hub_name.replace('/', '--')}"
    if not is_hub_name(hub_name) or not repository.is_dir():
        return None
    # The library takes half a second to load, which a start without the model needn't wait for.
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(hub_name, TOKENIZER_FILE, cache_dir=folder)
    return Path(found) if isinstance(found, str) else _newest(repository)


def expanded(path: str | Path) -> Path:
    """The path from the user's home where it says so; as it is where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own raises then


def hub_cache() -> Path:
    """Where the hub's library keeps what it has fetched, as it documents it."""
    own = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if own:
        return expanded(own)
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or f"{caches}/huggingface"
    return expanded(home) / "hub"


def _newest(repository: Path) -> Path | None:
    files = repository.glob(f"snapshots/*/{TOKENIZER_FILE}")
    return max(files, key=lambda file: (file.stat().st_mtime_ns, str(file)), default=None)


def download_tokenizer(hub_name: str, *, fetch: Fetch | None = None) -> Path:
    """The tokenizer.json of a model on the hub, fetched into the hub's local cache.

    Only called when the user asks for it; no weights are fetched. Its configuration
    comes along where there is one.

    Args:
        hub_name: `owner/name`, such as `deepseek-ai/DeepSeek-Coder-V2-Lite-Base`.
        fetch: how one file is got; over the network by default.

    Raises:
        TokenizerError: no such model, no such file in it, no permission or no network.
    """
    if not is_hub_name(hub_name):
        raise TokenizerError(
            f"{hub_name!r} isn't a name on the hub, such as deepseek-ai/DeepSeek-Coder-V2-Lite-Base"
        )
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    fetch = fetch or _over_the_network
    try:
        fetch(hub_name, _BESIDE)
    except LocalEntryNotFoundError as error:
        raise _fault(error, hub_name) from error
    except EntryNotFoundError:
        pass
    except (OSError, ValueError) as error:
        raise _fault(error, hub_name) from error
    try:
        return Path(fetch(hub_name, TOKENIZER_FILE))
    except (OSError, ValueError) as error:
        raise _fault(error, hub_name) from error


def _over_the_network(hub_name: str, file: str) -> str:
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    # Asked first whether it is there, as a download tries a dead hub again for half a minute.
    try:
        url = huggingface_hub.hf_hub_url(hub_name, file)
        huggingface_hub.get_hf_file_metadata(url, timeout=_PATIENCE_S)  # pyright: ignore[reportUnknownMemberType] - of its headers
    except (OSError, ValueError):
        raise
    except Exception as error:  # of whichever HTTP client its version goes by
        raise LocalEntryNotFoundError(f"{file} can't be asked for") from error
    fetched: str = huggingface_hub.hf_hub_download(hub_name, file)  # pyright: ignore[reportUnknownMemberType] - of its progress bars
    return fetched


def _fault(error: Exception, hub_name: str) -> TokenizerError:
    """What a download that failed means, and what to do."""
    return TokenizerError(f"the tokenizer of {hub_name} can't be downloaded: {_cause(error)}")


def _cause(error: Exception) -> str:
    from huggingface_hub import constants, errors

    if constants.HF_HUB_OFFLINE or isinstance(error, errors.OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set; unset it, or set `tokenizer` to a tokenizer.json"
    if isinstance(error, errors.GatedRepoError):
        return "its makers want their terms accepted first; do so on its page, then set HF_TOKEN"
    if isinstance(error, errors.RepositoryNotFoundError):
        return "the hub has no such model, or only for those who may see it; check the name"
    if isinstance(error, errors.LocalEntryNotFoundError):
        return "the hub can't be reached; check the network, or set `tokenizer` to a tokenizer.json"
    if isinstance(error, errors.EntryNotFoundError):
        return f"it has no {TOKENIZER_FILE}; without one its server's own tokenizer is asked"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} can't be written: {error.strerror}"
    return "the hub can't be reached or refused; check the network and HF_ENDPOINT"
