"""Whether what the runner answers is what the model would say from scratch, token by token.

    PYTHON tests/lite/exactness.py FOLDER [--edits 20] [--seed 1]

PYTHON is one that has torch and transformers. Somebody edits two files: types, deletes, moves
about, changes the file. After each edit the runner answers from what it has read before,
with drafts, and plain `generate` answers from nothing.

Where they differ, the two tokens' logits are compared: sums in another order round
otherwise, so that tokens within 1e-4 of each other count as a tie.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import torch
import transformers
from session import Session

from inference.runners.drafts import Economy
from inference.runners.opening import open_runner
from inference.runners.runner import Ask, Plan

N_NEW = 20
TIE = 1e-4


class Eager(Economy):
    """Takes every draft in full, whether it pays or not, and counts."""

    drafted = right = 0

    def worth(self, draft):
        """All of it."""
        return len(draft.ids)

    def learn(self, _draft, n_drafted, n_right, _seconds):
        """Count."""
        self.drafted += n_drafted
        self.right += n_right if n_drafted else 0


def compare(folder: Path, n_edits: int, seed: int) -> dict[str, Any]:
    """How often they agreed, and what was read again and drafted on the way."""
    runner = open_runner("safetensors", Plan(folder, precision="float32", device="cpu"))
    plain = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    chance = random.Random(seed)  # noqa: S311 -- edits, not secrets
    session = Session(chance)
    eager, usual = Eager(), runner.desk.economy
    found = {"same": 0, "ties": 0, "wrong": 0}
    n_prompt = n_cached = 0
    for _ in range(n_edits):
        session.edit()
        ids = runner.desk.vocabulary.encode(session.prompt())
        runner.desk.economy = chance.choice([eager, eager, usual])
        # Some are overtaken by the next keystroke, and some only read ahead.
        _leave(runner, ids, chance)
        steps = list(runner.run(Ask(tuple(ids), max_new_tokens=N_NEW)))
        n_prompt += steps[-1].n_prompt
        n_cached += steps[-1].n_cached
        said = [number for step in steps for number in step.token_ids]
        found[_verdict(plain, ids, said, runner.desk.ends)] += 1
    counts = {"prompt_tokens": n_prompt, "cached_tokens": n_cached}
    return {**found, **counts, "drafted": eager.drafted, "right": eager.right}


def _leave(runner: Any, ids: list[int], chance: random.Random) -> None:
    kind = chance.random()
    if kind < 0.2:
        list(runner.run(Ask(tuple(ids), max_new_tokens=0)))
    elif kind < 0.6:
        going = runner.run(Ask(tuple(ids), max_new_tokens=N_NEW))
        for _ in zip(range(chance.randrange(6)), going, strict=False):
            pass
        going.close()


def _verdict(plain: Any, ids: list[int], said: list[int], ends: frozenset[int]) -> str:
    prompt = torch.tensor([ids])
    with torch.inference_mode():
        # Without a mask it would take a token that is the padding's as well for padding.
        whole = plain.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=N_NEW,
            do_sample=False,
            eos_token_id=list(ends),
            pad_token_id=0,
        )
    wanted = [number for number in whole[0, len(ids) :].tolist() if number not in ends]
    if said == wanted:
        return "same"
    place = next(
        (i for i, (one, other) in enumerate(zip(said, wanted, strict=False)) if one != other), None
    )
    if place is None:
        return "wrong"
    with torch.inference_mode():
        logits = plain(torch.tensor([ids + wanted[:place]])).logits[0, -1]
    return "ties" if abs(float(logits[said[place]] - logits[wanted[place]])) < TIE else "wrong"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print(json.dumps(compare(asked.folder, asked.edits, asked.seed)))  # noqa: T201
