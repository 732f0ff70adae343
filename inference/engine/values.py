"""What is wished of a server, and what is recommended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Drafts = Literal["auto", "ngram", "ngram_gpu", "suffix", "off"]

DEFAULT_PORT = 8000
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for beyond the model; what is left out is chosen.

    Attributes:
        nodes: machines of this kind that one server is to span.
        max_model_len: tokens of prompt and completion; 0 chooses.
        quantization: as vLLM spells it; empty chooses.
        drafts: how tokens are drafted ahead.
        offline: nothing is fetched from the hub.
        extra: further arguments of vLLM, which come last and so win.
    """

    nodes: int = 1
    max_model_len: int = 0
    quantization: str = ""
    drafts: Drafts = "auto"
    host: str = LOOPBACK
    port: int = DEFAULT_PORT
    offline: bool = True
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """How a model lies over GPUs.

    Attributes:
        tensor: GPUs of one machine that each layer is split over.
        pipeline: machines that the layers are dealt out to.
        replicas: how many servers like this the machine has room for.
        max_model_len: tokens of prompt and completion.
        pool_tokens: tokens of all users together that stay in memory.
        quantization: as vLLM spells it; empty leaves the weights as they are.
        experts: whole experts are dealt out, instead of each being split.
        utilization: the share of each GPU's memory that the server takes.
        batch_tokens: most tokens of one step.
    """

    tensor: int
    pipeline: int
    replicas: int
    max_model_len: int
    pool_tokens: int
    quantization: str
    experts: bool
    utilization: float
    batch_tokens: int


@dataclass(frozen=True, slots=True)
class Step:
    """One command of several, and where it is run."""

    where: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A server, or why there can be none.

    Attributes:
        command: starts it; empty where it is refused.
        environment: what that wants besides what is there.
        before: commands that have to run first, on this and other machines.
        notes: for the user, why it is so and what else there is.
        refusal: why it can't be, with the arithmetic, and what could.
        layout: what the command says; None where it is refused.
        served_name: what the server calls the model.
        endpoint: where it will listen, as Infill's setting wants it.
    """

    command: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    before: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: str = ""
    layout: Layout | None = None
    served_name: str = ""
    endpoint: str = ""
