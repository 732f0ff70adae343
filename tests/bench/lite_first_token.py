"""How long the first token takes in a typing session, ours and by plain `generate`.

    python tests/bench/lite_first_token.py FOLDER --model DIR [--python PYTHON] [--keys 60]
        [--budget 4096] [--every 6] [--threads 0] [--seed 1]

FOLDER is a repository whose files are worked on as in `typing_session.py`; DIR a model of
`tests/tiny_deepseek.py` whose tokenizer is `large_bpe.py`'s, of whatever size; PYTHON the
interpreter that has torch, by default INFILL_TEST_LITE_PYTHON. Every prompt that the server
would send is answered by the runner, which keeps what it read; every sixth one by
`generate` from scratch as well, as a model's card shows it. Also tokens per second over 48
tokens, with and without drafts.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import engines
from typing_session import chosen, open_repository, ours, sources
from typist import session


def prompts_of(asked: argparse.Namespace) -> list[list[int]]:
    """The ids of each prompt that the server would send while somebody types in one file."""
    workspace = open_repository(asked.folder, asked.model / "tokenizer.json", asked.budget)
    texts = sources(workspace)
    [path] = chosen(workspace, texts, asked)
    moments = list(session(texts[path], texts[path][:500], asked.seed, asked.keys))
    made = [prompt for _, prompt in ours(workspace, path, moments, "block")]
    workspace.close()
    return [list(prompt.token_ids or ()) for prompt in made if prompt is not None]


def main() -> None:
    """Print what was measured, as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--python", default=os.environ.get(engines.LITE, sys.executable))
    parser.add_argument("--keys", type=int, default=60)
    parser.add_argument("--budget", type=int, default=4_096)
    parser.add_argument("--every", type=int, default=6)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "prompts.json"
        file.write_text(json.dumps(prompts_of(asked)), encoding="utf-8")
        script = engines.ROOT / "tests" / "lite" / "first_token.py"
        arguments = (asked.model, file, asked.every, asked.threads)
        found = engines.answer(asked.python, script, *arguments, timeout_s=3600)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
