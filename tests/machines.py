"""Machines with GPUs that nobody here has."""

from __future__ import annotations

from inference.engine import Wish, recommend, shape_of
from inference.machine import Gpu, Machine
from inference.models import find_model

GB, MIB = 10**9, 1024**2
# What nvidia-smi says of each: name, MiB, compute capability.
_KINDS = {
    "24": ("NVIDIA GeForce RTX 4090", 24_564, (8, 9)),
    "a100": ("NVIDIA A100-SXM4-80GB", 81_920, (8, 0)),
    "80": ("NVIDIA H100 80GB HBM3", 81_559, (9, 0)),
    "141": ("NVIDIA H200", 143_771, (9, 0)),
}


def gpus_of(kind, count, *, held_gb=0):
    name, mebibytes, capability = _KINDS[kind]
    free = (mebibytes - 500) * MIB - held_gb * GB
    return tuple(
        Gpu("nvidia", name, mebibytes * MIB, free, index, capability) for index in range(count)
    )


def machine_of(*gpus, linked=True):
    linked = linked if len(gpus) > 1 else None
    return Machine("Linux", "Xeon", 64, 512 * GB, 500 * GB, gpus, linked)


def recommended(model, kind, count, **wished):
    """What is recommended for a model of the table on so many GPUs of that kind."""
    machine = machine_of(*gpus_of(kind, count))
    others = (shape_of(find_model("deepseek-coder-v2-lite-base")),)
    return recommend(shape_of(find_model(model)), machine, Wish(**wished), others=others)


def option(command, name):
    """The value behind an option."""
    return command[command.index(name) + 1]
