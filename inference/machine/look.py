"""The edge: this machine, asked."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from inference.machine import amd, apple, limits, nvidia
from inference.machine.values import Gpu, Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    # What a program printed; None where it isn't there, fails or hangs.
    Run = Callable[[Sequence[str]], str | None]

# A driver that isn't kept loaded takes seconds to answer the first time, with eight GPUs most.
_PATIENCE_S = 30.0


def look(*, run: Run | None = None, environment: Mapping[str, str] = os.environ) -> Machine:
    """This machine; takes up to seconds where there is a GPU, so not on the event loop.

    Args:
        run: starts a program; for tests.
        environment: what hides GPUs from this process stands there.
    """
    import psutil

    run = run or printed
    memory = psutil.virtual_memory()
    total, free = _in_container(memory.total, memory.available)
    gpus, linked, trouble = _gpus(run, environment, total, free)
    return Machine(
        system=platform.system(),
        processor=_processor(run),
        cores=_cores(),
        memory_bytes=total,
        free_bytes=free,
        gpus=gpus,
        linked=linked,
        trouble=trouble,
    )


def printed(argv: Sequence[str]) -> str | None:
    """What a program prints; None where it isn't there, fails or hangs."""
    program = shutil.which(argv[0])
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - our own fixed commands
            [program, *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


_Found = tuple[tuple[Gpu, ...], bool | None, tuple[str, ...]]


def _gpus(run: Run, environment: Mapping[str, str], total: int, free: int) -> _Found:
    """The first vendor's that answers: nobody runs one model over two vendors' GPUs."""
    if platform.system() == "Darwin":
        return _of_apple(run, total, free), None, ()
    answer = run(nvidia.QUERY) or run(nvidia.OLD_QUERY)
    if answer is not None:
        return _of_nvidia(answer, run, environment, total, free)
    found = amd.parse_gpus(run(amd.STATIC) or "", run(amd.METRIC) or "")
    found = found or amd.parse_rocm(run(amd.ROCM) or "")
    hidden = next((environment[name] for name in amd.VISIBILITY if name in environment), None)
    return amd.visible(found, hidden), None, () if found else _silent()


def _of_nvidia(
    answer: str, run: Run, environment: Mapping[str, str], total: int, free: int
) -> _Found:
    there = nvidia.parse_gpus(answer, memory_bytes=total, free_bytes=free)
    devices = environment.get("CUDA_VISIBLE_DEVICES")
    gpus = nvidia.visible(there, devices)
    trouble: tuple[str, ...] = ()
    if nvidia.slices(devices):
        trouble = ("CUDA_VISIBLE_DEVICES names a slice of a GPU, whose memory isn't told",)
    elif there and not gpus:
        trouble = (f"CUDA_VISIBLE_DEVICES={devices} hides all of the {len(there)} GPUs",)
    matrix = run(nvidia.TOPOLOGY) if len(gpus) > 1 else None
    return gpus, nvidia.parse_links(matrix or "", [gpu.index for gpu in gpus]), trouble


def _of_apple(run: Run, total: int, free: int) -> tuple[Gpu, ...]:
    if platform.machine() != "arm64":
        return ()
    name, limit = run(apple.NAME) or "", run(apple.LIMIT) or ""
    return (apple.gpu_of(name, limit, memory_bytes=total, free_bytes=free),)


def _silent() -> tuple[str, ...]:
    """What to tell where a vendor's program is there and says nothing."""
    names = ("nvidia-smi", "amd-smi", "rocm-smi")
    return tuple(
        f"{name} is installed and fails: run it by hand to see why, often a driver that was "
        "updated without a restart"
        for name in names
        if shutil.which(name)
    )


def _in_container(total: int, free: int) -> tuple[int, int]:
    for files in (limits.UNIFIED, limits.OLD):
        limit, taken, details = (_text(path) for path in files)
        if limit:
            return limits.bounded(total, free, limit=limit, taken=taken, details=details)
    return total, free


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, ValueError):
        return ""


def _cores() -> int:
    """Those that this process may use, which a container or a job's limits make fewer."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor(run: Run) -> str:
    if platform.system() == "Darwin":
        return (run(apple.NAME) or "").strip()
    lines = (line.partition(":") for line in _text("/proc/cpuinfo").splitlines())
    named = (value.strip() for key, _, value in lines if key.strip() == "model name")
    return next(named, "") or platform.processor()
