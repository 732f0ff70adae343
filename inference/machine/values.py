"""The values that say what a machine is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Vendor = Literal["nvidia", "amd", "apple"]


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU, or one half of one where its vendor counts so.

    Attributes:
        index: as its vendor's tools count.
        memory_bytes: all of it; of Apple's the part of the machine's that it may take.
        free_bytes: what nobody holds at the moment.
        capability: NVIDIA's compute capability, such as (9, 0); None elsewhere or
            where the driver doesn't say.
        architecture: AMD's name for the same, such as "gfx942"; empty elsewhere.
        uuid: as CUDA_VISIBLE_DEVICES may name it; empty where there is none.
        shared: its memory is the machine's own.
    """

    vendor: Vendor
    name: str
    memory_bytes: int
    free_bytes: int
    index: int = 0
    capability: tuple[int, int] | None = None
    architecture: str = ""
    uuid: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine.

    Attributes:
        system: "Linux", "Darwin" or "Windows".
        processor: its name as people know it; empty where nobody says.
        cores: how many this process may use.
        memory_bytes: of the machine, or of the container that this process is in.
        free_bytes: of that, what can be had without swapping.
        gpus: those that this process may use, in the order in which it would count them.
        linked: every pair of GPUs has a link of its own (NVLink, XGMI); None where
            unknown or where there is but one.
        trouble: for the user, why a GPU that may be there wasn't found.
    """

    system: str
    processor: str
    cores: int
    memory_bytes: int
    free_bytes: int
    gpus: tuple[Gpu, ...] = ()
    linked: bool | None = None
    trouble: tuple[str, ...] = ()

    @property
    def alike(self) -> bool:
        """Whether all GPUs are of one kind, which splitting a model over them wants."""
        return len({(gpu.name, gpu.memory_bytes // 10**9) for gpu in self.gpus}) <= 1


def gigabytes(amount: float) -> str:
    """An amount of bytes in words for people, in units of 10^9."""
    return f"{amount / 1e9:.1f} GB"


def in_words(machine: Machine) -> str:
    """The machine in one line."""
    memory = f"{gigabytes(machine.free_bytes)} of {gigabytes(machine.memory_bytes)} memory free"
    processor = f"{machine.processor or 'a processor'}, {machine.cores} cores, {memory}"
    kinds: dict[str, int] = {}
    for gpu in machine.gpus:
        kind = f"{gpu.name} ({gigabytes(gpu.memory_bytes)})"
        kinds[kind] = kinds.get(kind, 0) + 1
    found = ", ".join(f"{count} x {kind}" for kind, count in kinds.items())
    return f"{found or 'no GPU'}; {processor}"
