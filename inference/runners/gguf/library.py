"""llama.cpp as llama-cpp-python brings it, and what it says when something fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from inference.errors import BackendError, Cause

# Levels of its log, as numbers: `ggml_log_level`.
_WARNING, _CONTINUED = 3, 5
_MOST_LINES = 20
_MOST_SHOWN = 160
_SHORT = (
    "the memory ran out; choose a smaller file of the model, a smaller `local.cache_gb` or "
    "`context.budget_tokens`"
)
_UNKNOWN = "this llama.cpp doesn't know the model's architecture; a newer llama-cpp-python may"
# What its log says, why that is, and what to do; the first that fits.
_MEANINGS: tuple[tuple[str, Cause, str], ...] = (
    ("alloc", "memory", _SHORT),
    ("out of memory", "memory", _SHORT),
    ("unknown model architecture", "weights", _UNKNOWN),
    ("pre-tokenizer", "tokenizer", "this llama.cpp doesn't know the tokenizer that it holds"),
    ("not within the file bounds", "weights", "the file was cut off or damaged; fetch it again"),
    ("invalid split file", "weights", "not all of the model's files lie beside it; fetch the rest"),
    ("failed to load GGUF split", "weights", "one of the model's files is missing; fetch it"),
    ("missing tensor", "weights", "the file lacks a part of the model; take another conversion"),
)


@dataclass(slots=True)
class Log:
    """What the library said last; it would go to standard error otherwise.

    Attributes:
        callback: held here, as the library keeps only its address.
    """

    lines: list[str] = field(default_factory=list[str])
    callback: Any = None

    def note(self, level: int, text: bytes, _: object = None) -> None:
        """Keep a line that warns; called from the library."""
        if _WARNING <= level < _CONTINUED:
            self.lines.append(text.decode("utf-8", "replace").strip())
            del self.lines[:-_MOST_LINES]


_LOG = Log()


def open_library() -> Any:
    """The module `llama_cpp` with its log kept from the terminal.

    Raises:
        BackendError: it isn't installed, or can't be loaded.
    """
    try:
        module: Any = import_module("llama_cpp")
    except ImportError as error:
        raise BackendError(
            "a .gguf file is run by llama-cpp-python, which this interpreter hasn't; install "
            "`infill-ls[gguf]`, or name an interpreter that has it by `local.python`"
        ) from error
    except (OSError, RuntimeError) as error:
        raise BackendError(
            f"llama-cpp-python can't load its library: {str(error)[:_MOST_SHOWN]}; reinstall it"
        ) from error
    if _LOG.callback is None:
        _LOG.callback = module.llama_log_callback(_LOG.note)
        module.llama_log_set(_LOG.callback, None)
    return module


def forget_log() -> None:
    """So that what is found later is of what came since."""
    _LOG.lines.clear()


def load_fault(what: str, name: str) -> BackendError:
    """Why it couldn't do that with that file, as far as its log tells."""
    said = "\n".join(_LOG.lines)
    for sign, cause, meaning in _MEANINGS:
        if sign in said:
            return BackendError(f"llama.cpp can't {what} {name}: {meaning}", cause=cause)
    last = next((line for line in reversed(_LOG.lines) if "/" not in line), "it doesn't say why")
    return BackendError(f"llama.cpp can't {what} {name}: {last[:_MOST_SHOWN]}", cause="weights")
