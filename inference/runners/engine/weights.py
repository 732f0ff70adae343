"""What a folder says of the model in it, before an engine is started in vain.

vLLM says in its log what was wrong with a folder, from a process of its own, which then
is gone: whoever waits hears nothing but that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from inference.errors import BackendError

if TYPE_CHECKING:
    from pathlib import Path

    from inference.runners.parameters import Config


def read_config(folder: Path) -> Config:
    """The folder's `config.json`.

    Raises:
        BackendError: it isn't there or no such file.
    """
    path = folder / "config.json"
    try:
        found: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise BackendError(
            f"{folder} has no config.json; name the folder that a model was downloaded to",
            cause="weights",
        ) from None
    except (OSError, ValueError) as error:
        raise BackendError(f"{path} can't be read: {error}", cause="weights") from error
    if not isinstance(found, dict):
        raise BackendError(f"{path} holds no object; download it again", cause="weights")
    return cast("dict[str, object]", found)
