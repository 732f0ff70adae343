"""A model's weights, fetched from the hub when somebody asks for that."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.errors import BackendError
from inference.tokens.hub import hub_cache, is_hub_name

if TYPE_CHECKING:
    from collections.abc import Sequence

# Weights, what describes them, and the tokenizer: no pickles, no code, no second copy in another
# format, which some repositories keep in folders of their own.
WANTED = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model", "LICENSE*")
UNWANTED = ("*/*",)
_WEIGHTS = ".safetensors"
_GB = 1e9


@dataclass(frozen=True, slots=True)
class Fetching:
    """What is to be fetched: how many bytes in all, and of these not here yet."""

    name: str
    n_bytes: int
    missing_bytes: int


def plan_download(hub_name: str) -> Fetching:
    """What `download_weights` would fetch; asks the hub, and fetches nothing.

    Raises:
        BackendError: cause "weights": no such model, none of its files are safetensors, no
            permission, no network, or no room on the disk.
    """
    files = _listed(hub_name)
    if not any(str(file.filename).endswith(_WEIGHTS) for file in files):
        raise _failed(hub_name, "it has no safetensors, the one format that can't run code")
    missing = sum(file.file_size or 0 for file in files if file.will_download)
    return Fetching(hub_name, sum(file.file_size or 0 for file in files), missing)


def download_weights(hub_name: str) -> Path:
    """The folder of the model's weights and tokenizer, fetched into the hub's local cache.

    Only called when the user asks for it. Goes on where an earlier one was broken off; the
    hub's library shows how far it is on a terminal's standard error. Takes minutes to hours.

    Args:
        hub_name: `owner/name`, such as `deepseek-ai/DeepSeek-Coder-V2-Lite-Base`.

    Raises:
        BackendError: as `plan_download`.
    """
    _check_room(plan_download(hub_name))
    return Path(_snapshot(hub_name, dry_run=False))


def _listed(hub_name: str) -> Sequence[Any]:
    if not is_hub_name(hub_name):
        raise BackendError(
            f"{hub_name!r} isn't a name on the hub, such as "
            "deepseek-ai/DeepSeek-Coder-V2-Lite-Base",
            cause="weights",
        )
    listed: Sequence[Any] = _snapshot(hub_name, dry_run=True)
    return listed


def _snapshot(hub_name: str, *, dry_run: bool) -> Any:
    """The folder, or what would be fetched into it."""
    import huggingface_hub

    try:
        return huggingface_hub.snapshot_download(  # pyright: ignore[reportUnknownMemberType] - of its progress bars
            hub_name,
            allow_patterns=list(WANTED),
            ignore_patterns=list(UNWANTED),
            dry_run=dry_run,
        )
    except Exception as error:  # of whichever HTTP client its version goes by
        raise _failed(hub_name, _cause(error)) from error


def _check_room(fetching: Fetching) -> None:
    folder = hub_cache()
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free
    if fetching.missing_bytes > free:
        raise _failed(
            fetching.name,
            f"{fetching.missing_bytes / _GB:.1f} GB are missing and {free / _GB:.1f} GB are free "
            f"in {folder}; make room there, or set HF_HOME to a larger disk",
        )


def _failed(hub_name: str, why: str) -> BackendError:
    return BackendError(f"the weights of {hub_name} can't be downloaded: {why}", cause="weights")


def _cause(error: Exception) -> str:
    """What a download that failed means, and what to do."""
    from huggingface_hub import constants, errors

    first = error.__cause__ or error
    if constants.HF_HUB_OFFLINE or isinstance(first, errors.OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set; unset it, or set `model` to a folder with the weights"
    if isinstance(first, errors.GatedRepoError):
        return "its makers want their terms accepted first; do so on its page, then set HF_TOKEN"
    if isinstance(first, errors.RepositoryNotFoundError):
        return "the hub has no such model, or only for those who may see it; check the name"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} can't be written: {error.strerror}"
    return "the hub can't be reached or refused; check the network and HF_ENDPOINT"
