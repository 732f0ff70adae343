"""What vLLM would run on here, and how much of it is free; how it is kept to itself."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from inference.runners.engine.arguments import Devices

# It answers nobody but this process, fetches nothing, reports to nobody, and says what it
# has to say where logs go: standard output may be somebody's wire.
_QUIET = {
    "VLLM_HOST_IP": "127.0.0.1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
    "TOKENIZERS_PARALLELISM": "false",
}
_MLA = "VLLM_MLA_DISABLE"


def keep_quiet() -> None:
    """Set what vLLM reads from the environment as it is imported; nothing the user has set."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


def seen(device: str) -> Devices:
    """The GPUs that may be used, which `CUDA_VISIBLE_DEVICES` can bound; or the processor."""
    platform = import_module("vllm.platforms").current_platform
    if device == "cpu" or platform.is_cpu() or not platform.device_count():
        return _processor()
    numbers = range(platform.device_count())
    if platform.is_cuda():
        memory = [_nvidia(platform, number) for number in numbers]
    else:
        # Only the total is told without waking the GPU up in this process.
        memory = [(platform.get_device_total_memory(number),) * 2 for number in numbers]
    return Devices(tuple(total for total, _ in memory), tuple(free for _, free in memory))


def _processor() -> Devices:
    has_tiles = import_module("torch").cpu._is_amx_tile_supported  # noqa: SLF001 -- as vLLM asks
    if not has_tiles():
        # Without those instructions its latent attention comes without a prefix cache.
        os.environ.setdefault(_MLA, "1")
    return Devices((), (int(import_module("psutil").virtual_memory().available),))


def _nvidia(platform: Any, number: int) -> tuple[int, int]:
    """Total and free memory, as the driver tells."""
    nvml = import_module("vllm.third_party.pynvml")
    nvml.nvmlInit()
    try:
        physical = platform.visible_device_id_to_physical_device_id(number)
        memory = nvml.nvmlDeviceGetMemoryInfo(nvml.nvmlDeviceGetHandleByIndex(physical))
        return int(memory.total), int(memory.free)
    finally:
        nvml.nvmlShutdown()
