"""What `amd-smi` and its forerunner `rocm-smi` say, read.

Their JSON has changed from release to release: a list of GPUs, or that list under
`gpu_data`; amounts as numbers, as texts, or with their unit; and a warning in front.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from inference.machine.values import Gpu

if TYPE_CHECKING:
    from collections.abc import Sequence

STATIC = ("amd-smi", "static", "--asic", "--vram", "--json")
METRIC = ("amd-smi", "metric", "--mem-usage", "--json")
ROCM = ("rocm-smi", "--showproductname", "--showmeminfo", "vram", "--json")
VISIBILITY = ("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")

_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_ROCM_TOTAL, _ROCM_USED = "VRAM Total Memory (B)", "VRAM Total Used Memory (B)"
_ROCM_NAMES = ("Card Series", "Card series", "Card Model", "Card model")


def parse_gpus(static: str, metric: str) -> tuple[Gpu, ...]:
    """The GPUs in the answers to `STATIC` and `METRIC`."""
    usage = {row.get("gpu"): _fields(row.get("mem_usage")) for row in _rows(metric)}
    found = (_gpu(row, usage.get(row.get("gpu"), {})) for row in _rows(static))
    return tuple(gpu for gpu in found if gpu is not None)


def _gpu(row: dict[str, Any], usage: dict[str, Any]) -> Gpu | None:
    asic, vram = _fields(row.get("asic")), _fields(row.get("vram"))
    total = _bytes(usage.get("total_vram")) or _bytes(vram.get("size"))
    index = _whole(row.get("gpu"))
    if not total or index is None:
        return None
    return Gpu(
        vendor="amd",
        name=str(asic.get("market_name") or "AMD GPU"),
        memory_bytes=total,
        free_bytes=max(0, total - (_bytes(usage.get("used_vram")) or 0)),
        index=index,
        architecture=str(asic.get("target_graphics_version") or "").lower(),
    )


def parse_rocm(text: str) -> tuple[Gpu, ...]:
    """The GPUs in an answer to `ROCM`."""
    cards = {name: _fields(card) for name, card in _fields(_read(text)).items()}
    return tuple(
        Gpu(
            vendor="amd",
            name=next((str(card[key]) for key in _ROCM_NAMES if card.get(key)), "AMD GPU"),
            memory_bytes=total,
            free_bytes=max(0, total - (_whole(card.get(_ROCM_USED)) or 0)),
            index=int(name.removeprefix("card")),
            architecture=str(card.get("GFX Version") or "").lower(),
        )
        for name, card in cards.items()
        if name.removeprefix("card").isdecimal() and (total := _whole(card.get(_ROCM_TOTAL)))
    )


def visible(gpus: Sequence[Gpu], devices: str | None) -> tuple[Gpu, ...]:
    """The GPUs that a variable of `VISIBILITY` leaves, in its order; all where it isn't set."""
    if devices is None:
        return tuple(gpus)
    wanted = [word.strip() for word in devices.split(",")]
    by_index = {str(gpu.index): gpu for gpu in gpus}
    return tuple(by_index[word] for word in dict.fromkeys(wanted) if word in by_index)


def _rows(text: str) -> list[dict[str, Any]]:
    read = _read(text)
    rows: object = _fields(read).get("gpu_data", read)
    return [_fields(row) for row in cast("list[object]", rows)] if isinstance(rows, list) else []


def _read(text: str) -> Any:
    """The JSON in a text that may begin with warnings; None where there is none."""
    starts = [place for place in (text.find("{"), text.find("[")) if place >= 0]
    try:
        return json.JSONDecoder().raw_decode(text, min(starts))[0] if starts else None
    except (ValueError, RecursionError):
        return None


def _bytes(amount: object) -> int | None:
    """An amount with its unit, MB where none is given."""
    fields = _fields(amount)
    value = _whole(fields.get("value") if fields else amount)
    return None if value is None else value * _UNITS.get(str(fields.get("unit")).upper(), 1024**2)


def _whole(value: object) -> int | None:
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def _fields(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
