"""The one table of settings, typed; where their values come from is `configuration`'s matter."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from lsp_server.permitted import Languages
from lsp_server.user_models import UserModels

Anchoring = Literal["off", "line", "block"]
Device = Literal["auto", "cuda", "mps", "cpu"]
Precision = Literal["auto", "float32", "bf16", "int8", "int4"]
LogLevel = Literal["debug", "info", "warning", "error"]
Listing = Literal["auto", "always", "never"]

MAX_DEBOUNCE_MS = 2000


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContextSettings(_Group):
    """What is collected from the repository."""

    budget_tokens: int = Field(
        default=8192,
        ge=256,
        le=131_072,
        description="Most tokens a prompt may have, sentinels included.",
    )
    ignore: tuple[str, ...] = Field(
        default=(),
        description="Further patterns, as in .gitignore, of files never read or sent.",
    )


class PromptSettings(_Group):
    """How a prompt keeps its head, which a server has read already."""

    anchor: Anchoring = Field(
        default="block",
        description="Where the prompt stands still while you type: `block`, `line` or `off`.",
    )
    warm_up: bool = Field(
        default=True,
        description="Have the server read the next prompt's head when you pause.",
    )


class CompletionSettings(_Group):
    """What is asked of the model and shown to the user."""

    enabled: bool = Field(default=True, description="Whether anything is completed at all.")
    languages: Languages = Field(
        default={},
        description=(
            'Where something is completed, by language: `markdown = false`; `"*"` stands for '
            "all others."
        ),
    )
    debounce_ms: int | Literal["auto"] = Field(
        default="auto",
        description=(
            "How long typing must rest before the model is asked, 0 to 2000 milliseconds; `auto` "
            "goes by how fast you type and how fast it answers."
        ),
    )
    prefetch: bool = Field(
        default=True,
        description="Have what follows the completion shown made ahead, as if you had accepted it.",
    )
    alternatives: int = Field(
        default=3,
        ge=1,
        le=10,
        description="How many different completions there are at most when you ask for some.",
    )
    as_list: Listing = Field(
        default="auto",
        description=(
            "Offer completions in the editor's ordinary list: `always`, `never`, or where it shows "
            "no others (`auto`)."
        ),
    )
    max_tokens: int = Field(
        default=384,
        ge=1,
        le=4096,
        description=(
            "Most tokens a completion may have. What comes by itself has 96 at most for the rest "
            "of a statement, 192 for a block and 256 for a definition."
        ),
    )
    deadline_ms: int = Field(
        default=20_000,
        ge=50,
        le=600_000,
        description="After this many milliseconds a completion is given up.",
    )
    min_confidence: float = Field(
        default=0.2,
        ge=0.0,
        le=1.0,
        description="What is less likely to be right is cut to what is surer, or not shown.",
    )
    temperature: float = Field(
        default=0.0, ge=0.0, le=2.0, description="0 always takes the likeliest token."
    )
    top_p: float = Field(
        default=1.0, gt=0.0, le=1.0, description="Share of the likeliest tokens drawn from."
    )

    @field_validator("debounce_ms", mode="before")
    @classmethod
    def _is_a_pause(cls, value: object) -> object:
        """A number of milliseconds or `auto`, with one message for whatever else there is."""
        text = str(value).strip() if isinstance(value, int | str) else ""
        if text == "auto":
            return text
        is_number = not isinstance(value, bool) and text.isdecimal()
        if is_number and int(text) <= MAX_DEBOUNCE_MS:
            return int(text)
        raise ValueError(f"expected `auto` or milliseconds from 0 to {MAX_DEBOUNCE_MS}")


class ServerSettings(_Group):
    """How a model server is asked, above all one that others use, too."""

    session_header: str = Field(
        default="x-session-id",
        description="Header that keeps a repository on one replica behind a router; empty: none.",
    )
    cache_salt: str = Field(
        default="auto",
        description=(
            "Who shares what the server has read: `auto` nobody (servers elsewhere), "
            "`off` everybody, any other word those who set the same."
        ),
    )
    ca_file: str | None = Field(
        default=None, description="Certificates of the authorities to trust, a PEM file."
    )
    connect_timeout_s: float = Field(
        default=5.0, gt=0, le=600, description="Seconds until a connection counts as failed."
    )
    read_timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Seconds of silence until a server counts as gone."
    )


class LocalSettings(_Group):
    """How a model on this machine is run, by the backends `lite` and `vllm`."""

    python: str | None = Field(
        default=None,
        description="Interpreter that has torch, llama.cpp or vLLM, where it isn't Infill's own.",
    )
    device: Device = Field(default="auto", description="`auto`, `cuda`, `mps` or `cpu`.")
    precision: Precision = Field(
        default="auto", description="`auto`, `float32`, `bf16`, `int8` or `int4`."
    )
    cache_gb: float = Field(
        default=0.0,
        ge=0,
        le=4096,
        description="Most memory that read prompts may take, in GB; 0 chooses.",
    )
    context_tokens: int = Field(
        default=0,
        ge=0,
        le=1_048_576,
        description="Most tokens of prompt and completion; 0: what the budget needs.",
    )
    idle_minutes: float = Field(
        default=30.0,
        gt=0,
        le=10_080,
        description="After so long without a request the model is let go.",
    )
    threads: int = Field(default=0, ge=0, le=1024, description="Processor threads; 0 chooses.")


class StatsSettings(_Group):
    """What is counted, on this machine and for its user alone."""

    enabled: bool = Field(
        default=True,
        description="Count here how much of what you accept stays, for `infill stats`.",
    )


class LogSettings(_Group):
    """What is written to standard error."""

    level: LogLevel = Field(default="warning", description="Least severity that is logged.")


class Settings(_Group):
    """Every setting; all have defaults that work on a fresh machine."""

    backend: str = Field(default="ngram", description="How requests travel to a model.")
    model: str = Field(
        default="deepseek-coder-v2-lite-base",
        description="The model's name, or its folder; it decides the prompt format.",
    )
    format: str | None = Field(
        default=None,
        description="Prompt format of a model that is not in Infill's table.",
    )
    served_model: str | None = Field(
        default=None,
        description="The model's name at the endpoint, where it differs from `model`.",
    )
    endpoint: str | None = Field(
        default=None, description="Base URL of the model server, `/v1` included for `openai`."
    )
    api_key_env: str | None = Field(
        default=None, description="Name of the environment variable that holds the key."
    )
    tokenizer: str | None = Field(
        default=None,
        description=(
            "Path of the model's `tokenizer.json` or its folder, or the name it was downloaded by."
        ),
    )
    models: UserModels = Field(
        default={},
        description="Models of your own: by name, their prompt format and what else is peculiar.",
    )
    context: ContextSettings = ContextSettings()
    prompt: PromptSettings = PromptSettings()
    completion: CompletionSettings = CompletionSettings()
    server: ServerSettings = ServerSettings()
    local: LocalSettings = LocalSettings()
    stats: StatsSettings = StatsSettings()
    log: LogSettings = LogSettings()

    @field_validator("endpoint")
    @classmethod
    def _has_the_form_of_a_url(cls, endpoint: str | None) -> str | None:
        """The endpoint, unless it can't be taken apart; the backend has stricter wishes."""
        try:
            _ = urlsplit(endpoint or "").port
        except ValueError as error:
            raise ValueError(
                f"not a URL ({error}); write for example http://127.0.0.1:8000/v1"
            ) from None
        return endpoint
