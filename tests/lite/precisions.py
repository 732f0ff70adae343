"""What a model in each precision takes and answers; prints one JSON object.

    PYTHON tests/lite/precisions.py MODEL SCRATCH

MODEL is a folder of `tiny_deepseek`. Also says what is refused, and how.
"""

from __future__ import annotations

import json
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from inference.errors import BackendError
from inference.runners.runner import Plan
from inference.runners.safetensors import precision
from inference.runners.safetensors.packed import kernel_works

_PRECISIONS = ("float32", "bf16", "int8", "int4")


def main(folder: Path, scratch: Path) -> None:
    """All of it."""
    torch: Any = import_module("torch")
    torch.set_num_threads(1)
    draw = torch.Generator().manual_seed(1)
    ids = torch.randint(5, _config(folder)["vocab_size"], (1, 64), generator=draw)
    told: dict[str, Any] = {}
    right: Any = None
    for name in _PRECISIONS:
        network, _ = precision.open_model(Plan(folder, precision=name), _config(folder))
        with torch.inference_mode():
            logits = network(ids).logits.float()
            answer = network.generate(ids, max_new_tokens=4, do_sample=False)
        right = logits if right is None else right
        told[name] = {
            "bytes": network.get_memory_footprint(),
            "alike": _alike(logits, right),
            "n_new": answer.shape[1] - ids.shape[1],
            "experts": _expert_bytes(network),
        }
    told["kernels"] = [kernel_works("cpu", 8), kernel_works("cpu", 4)]
    told["refused"] = {**_refused(folder), **_broken(folder, scratch)}
    sys.stdout.write(json.dumps(told) + "\n")


def _config(folder: Path) -> Any:
    return import_module("transformers").AutoConfig.from_pretrained(folder).to_dict()


def _alike(logits: Any, right: Any) -> float:
    torch: Any = import_module("torch")
    return float(torch.corrcoef(torch.stack((logits.flatten(), right.flatten())))[0, 1])


def _expert_bytes(network: Any) -> int:
    state = network.state_dict().items()
    return sum(each.numel() * each.element_size() for name, each in state if ".experts." in name)


def _refused(folder: Path) -> dict[str, list[str]]:
    """Devices that aren't there, and memory that isn't."""
    config, free = _config(folder), precision.free_bytes
    told = {"device": _told(Plan(folder, device="cuda"), config)}
    try:
        precision.free_bytes = lambda _: 2_000_000
        told["memory"] = _told(Plan(folder, precision="bf16"), config)
    finally:
        precision.free_bytes = free
    return told


def _broken(folder: Path, scratch: Path) -> dict[str, list[str]]:
    """Weights that lack something, or have it in another shape."""
    files: Any = import_module("safetensors.torch")
    broken = scratch / "broken"
    shutil.copytree(folder, broken)
    weights = files.load_file(folder / "model.safetensors")
    name = "model.layers.0.self_attn.o_proj.weight"
    whole = weights.pop(name)
    told = {}
    for what, changed in (("lacks", weights), ("shape", {**weights, name: whole[:32].clone()})):
        files.save_file(changed, broken / "model.safetensors", metadata={"format": "pt"})
        for size in ("float32", "int4"):
            told[f"{what} {size}"] = _told(Plan(broken, precision=size), _config(folder))
    return told


def _told(plan: Plan, config: Any) -> list[str]:
    try:
        precision.open_model(plan, config)
    except BackendError as error:
        return [error.cause, str(error)]
    return ["", "opened"]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
