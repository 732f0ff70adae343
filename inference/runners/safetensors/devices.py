"""Where a model can run, what is free there, and which numbers the device is good at."""

from __future__ import annotations

import platform
from importlib import import_module
from typing import Any

from inference.errors import BackendError

_ARM = ("arm64", "aarch64")


def choose_device(wanted: str) -> Any:
    """The device of that name; "auto" takes a graphics processor where there is one.

    Raises:
        BackendError: there is none of that name.
    """
    torch: Any = import_module("torch")
    there = {
        "cuda": bool(torch.cuda.is_available()),
        "mps": bool(torch.backends.mps.is_available()),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name, found in there.items() if found))
    if not there.get(wanted, False):
        usable = ", ".join(name for name, found in there.items() if found)
        raise BackendError(
            f"local.device is {wanted}, and torch {torch.__version__} finds none here; it finds "
            f'{usable}. Set `local.device` to one of these or to "auto", or install a torch that '
            f"is built for {wanted}"
        )
    return torch.device(wanted)


def free_bytes(device: Any) -> int:
    """What may be taken on the device now."""
    torch: Any = import_module("torch")
    if device.type == "cuda":
        # What torch itself holds and doesn't use is free for it, too.
        idle = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0] + idle)
    psutil: Any = import_module("psutil")
    there = int(psutil.virtual_memory().available)
    if device.type == "mps":
        # It is the processor's own memory, of which the system lends a part.
        lent = torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
        return min(there, int(lent))
    return there


def likes_bf16(device: Any) -> bool:
    """Whether 16 bits a number are at least as fast there as 32.

    Graphics processors since 2020 are; of processors those with instructions for it (AVX-512's
    or AMX of x86, or what torch has for ARM).
    """
    torch: Any = import_module("torch")
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "mps":
        return bool(torch.backends.mps.is_macos_or_newer(14, 0))
    if platform.machine().lower() in _ARM:
        return _has(torch.ops.mkldnn, "_is_mkldnn_bf16_supported")
    return _has(torch.cpu, "_is_avx512_bf16_supported") or _has(torch.cpu, "_is_amx_tile_supported")


def _has(room: Any, question: str) -> bool:
    """What torch answers; no where a version of it can't be asked."""
    try:
        return bool(getattr(room, question)())
    except (AttributeError, RuntimeError):
        return False
