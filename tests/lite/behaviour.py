"""What the runner does with a real model, one finding a name, as one JSON object.

    PYTHON tests/lite/behaviour.py FOLDER

PYTHON is one that has torch and transformers.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch
from session import BEGIN, END, HOLE

from inference.errors import BackendError
from inference.runners.opening import open_runner
from inference.runners.runner import Ask, Plan

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = Path(shutil.__file__).read_text(encoding="utf-8")


def prompt(n_chars: int, typed: str = "") -> str:
    """A prompt that shows so much of a file."""
    return f"{BEGIN}{TEXT[:n_chars]}{HOLE}\n    return 1\n{END}{typed}"


def said(runner: Any, text: str, **more: Any) -> tuple[str, Any, list[Any]]:
    """What was answered, the last step, and all of them."""
    steps = list(runner.run(Ask(None, text=text, **{"max_new_tokens": 12, **more})))
    return "".join(step.text for step in steps), steps[-1], steps


def cause_of(call: Callable[[], Any]) -> str:
    """Why it failed; empty where it didn't."""
    try:
        call()
    except BackendError as error:
        return error.cause
    return ""


def asks(runner: Any) -> dict[str, Any]:
    """Questions that are answered."""
    text, last, steps = said(runner, prompt(1500))
    again, warm, _ = said(runner, prompt(1500))
    _, typed, _ = said(runner, prompt(1500, "x = se"))
    _, read, only = said(runner, prompt(2500), max_new_tokens=0)
    beginnings = ("self.cop", "shutil", "日本", "\n        ", "é", "0x1F🙂")
    healed = [said(runner, prompt(1500), healing=one)[0].startswith(one) for one in beginnings]
    drawn = {said(runner, prompt(900), temperature=1.0, top_p=0.95)[0] for _ in range(4)}
    sure = {said(runner, prompt(900), temperature=1.0, top_k=1)[0] for _ in range(2)}
    least = {said(runner, prompt(900), temperature=0.9, top_p=1e-9)[0] for _ in range(2)}
    return {
        "same_again": text == again,
        "cached_again": warm.n_prompt - warm.n_cached,
        "read_when_typed": typed.n_prompt - typed.n_cached,
        "breaths": sum(not step.token_ids and step.finish_reason is None for step in steps),
        "length": (last.finish_reason, sum(len(step.token_ids) for step in steps)),
        "told_first": next(step for step in steps if step.token_ids).n_prompt == last.n_prompt,
        "logprobs": all(step.logprob <= 0 for step in steps if step.token_ids),
        "only_read": (read.finish_reason, sum(len(step.token_ids) for step in only)),
        "healed": healed,
        "drawn": len(drawn),
        "sure_is_greedy": sure == least == {said(runner, prompt(900))[0]},
    }


def left(runner: Any) -> dict[str, Any]:
    """Who leaves in the middle of a long prompt waits for one stretch, and nothing is lost."""
    runner.heads.clear()
    ask = Ask(None, text=prompt(6_000))
    going = runner.run(ask)
    longest = 0.0
    for _ in range(6):
        started = perf_counter()
        next(going)
        longest = max(longest, perf_counter() - started)
    going.close()
    _, last, _ = said(runner, prompt(6_000))
    return {"longest_breath_s": longest, "kept_of_left": last.n_cached}


def ends(runner: Any) -> dict[str, Any]:
    """An end of the model's ends the answer, and isn't part of it."""
    _, _, steps = said(runner, prompt(1500))
    numbers = [number for step in steps for number in step.token_ids]
    place = next(i for i, number in enumerate(numbers) if number not in numbers[:i] and i)
    usual, runner.desk.ends = runner.desk.ends, frozenset([numbers[place]])
    _, last, steps = said(runner, prompt(1500))
    runner.desk.ends = usual
    return {
        "stopped": last.finish_reason == "stop",
        "before_end": [n for step in steps for n in step.token_ids] == numbers[:place],
    }


def refused(runner: Any) -> dict[str, Any]:
    """Questions that can't be answered, and that the next one can."""
    too_long = tuple([5] * runner.context_tokens)
    causes = {
        "too_long": cause_of(lambda: list(runner.run(Ask(too_long)))),
        "foreign_ids": cause_of(lambda: list(runner.run(Ask((1, 2, 2**31 + 5))))),
        "empty": cause_of(lambda: list(runner.run(Ask(())))),
    }
    just = list(runner.run(Ask(too_long[:-2], max_new_tokens=50)))
    n_said = sum(len(step.token_ids) for step in just)
    return {**causes, "just_fits": (just[-1].finish_reason, n_said)}


def broken(runner: Any) -> dict[str, Any]:
    """Numbers that are none and memory that ends; afterwards all is as before."""
    wanted = said(runner, prompt(2000))[0]
    weights = runner.desk.model.network.model.norm.weight
    kept = weights.data.clone()
    weights.data.fill_(float("nan"))
    numbers = cause_of(lambda: said(runner, prompt(2000, "y")))
    weights.data.copy_(kept)
    usual = runner.desk.model.network.model.norm.forward
    runner.desk.model.network.model.norm.forward = _no_memory
    memory = cause_of(lambda: said(runner, prompt(2000, "z")))
    n_kept = runner.heads.n_kept
    runner.desk.model.network.model.norm.forward = usual
    again = said(runner, prompt(2000))[0] == wanted
    return {"numbers": numbers, "memory": memory, "kept_after": n_kept, "well_again": again}


def _no_memory(hidden: Any) -> Any:
    return torch.empty(1 << 55) + hidden


def unloadable(folder: Path) -> dict[str, str]:
    """Weights that aren't there, or aren't these."""
    from safetensors.torch import load_file, save_file

    other = folder.with_name("other")
    shutil.copytree(folder, other, dirs_exist_ok=True)
    file = other / "model.safetensors"
    whole = file.read_bytes()

    def loaded() -> str:
        return cause_of(lambda: open_runner("safetensors", Plan(other, precision="float32")))

    found = {"whole": loaded()}
    file.write_bytes(whole[: len(whole) // 2])
    found["cut"] = loaded()
    file.unlink()
    found["missing"] = loaded()
    tensors = load_file(folder / "model.safetensors")
    save_file({**tensors, "model.norm.weight": torch.ones(7)}, file, {"format": "pt"})
    found["shape"] = loaded()
    del tensors["model.norm.weight"]
    save_file(tensors, file, {"format": "pt"})
    found["incomplete"] = loaded()
    file.write_bytes(whole)
    (other / "config.json").write_text('{"model_type": "nobody-knows"}')
    found["unknown_type"] = loaded()
    return found


def main(folder: Path) -> dict[str, Any]:
    """Every finding."""
    torch.set_num_threads(1)
    runner = open_runner(
        "safetensors", Plan(folder, precision="float32", device="cpu", context_tokens=3200)
    )
    found = {**asks(runner), **left(runner), **ends(runner), **refused(runner), **broken(runner)}
    runner.close()
    return {**found, "unloadable": unloadable(folder)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))  # noqa: T201 -- its answer
