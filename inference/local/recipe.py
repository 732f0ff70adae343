"""What makes two users want the same process: the same weights, run in the same way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from inference.local.description import PROTOCOL
from inference.local.messages import plan_fields

if TYPE_CHECKING:
    from pathlib import Path

    from inference.registry import LocalPlan
    from inference.runners.runner import Plan

# What differs between users of one process: it is loaded for the longest prompts wanted.
_NOT_SHARED = ("context_tokens",)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model and how it is to be run.

    Attributes:
        runner: a runner's name; or a file and the function in it that opens one, for
            whoever brings a runner of their own.
        version: of this Infill; another one starts a process of its own.
        kept_s: so long its process waits for the next user when the last one has gone.
        remembered_s: so long it tells why its model couldn't be loaded; then it ends, and
            whoever asks has it tried again.
    """

    runner: str | tuple[Path, str]
    plan: Plan
    local: LocalPlan
    version: str
    kept_s: float = 300.0
    remembered_s: float = 60.0

    @property
    def parameters(self) -> dict[str, Any]:
        """For the process, all but where it is to be found."""
        own = self.runner if isinstance(self.runner, str) else [str(self.runner[0]), self.runner[1]]
        return {
            "runner": own,
            "plan": plan_fields(self.plan),
            "version": self.version,
            "idle_s": self.local.idle_s,
            "kept_s": self.kept_s,
            "remembered_s": self.remembered_s,
        }


def key_of(recipe: Recipe) -> str:
    """The process's name: who comes to the same one shares it; looks at the disk.

    Other weights in the same place are another model.
    """
    fields = recipe.parameters
    plan = {name: value for name, value in fields["plan"].items() if name not in _NOT_SHARED}
    files = [_state_of(path) for path in (recipe.plan.weights, recipe.plan.tokenizer) if path]
    told = [PROTOCOL, recipe.version, fields["runner"], plan, recipe.local.python, files]
    return blake2b(json.dumps(told).encode(), digest_size=10).hexdigest()


def own_version() -> str:
    """Of this installation; empty where it isn't installed."""
    try:
        return version("infill-ls")
    except PackageNotFoundError:
        return ""


def title_of(weights: Path) -> str:
    """What to call a model by where its weights lie, as the hub's cache names folders."""
    for part in weights.parts:
        if part.startswith("models--"):
            return part.removeprefix("models--").replace("--", "/")
    return weights.name


def _state_of(path: Path) -> list[tuple[str, int, int]]:
    """Sizes and times of a file, or of the files in a folder."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        states = [(file.name, file.stat()) for file in files]
    except OSError:
        return []
    return [(name, state.st_size, state.st_mtime_ns) for name, state in states]
