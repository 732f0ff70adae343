"""Completions to look at: seeded holes, each completed by the command a user types.

    python tests/bench/look.py FOLDER [-n 20] [--seed 7]

Prints the line up to the hole, what stood there, what `infill complete` says, and
how sure it is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sysconfig
from pathlib import Path

from holes import draw_holes, read_repository

INFILL = Path(sysconfig.get_path("scripts")) / "infill"


def main() -> None:
    """Complete each hole and print the two side by side."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-n", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    root = options.folder.resolve()
    for hole in draw_holes(read_repository(root), options.n, options.seed):
        lines = hole.prefix.split("\n")
        place = f"{hole.path}:{len(lines)}:{len(lines[-1]) + 1}"
        done = subprocess.run(
            [INFILL, "complete", "--root", root, "--stdin", "--json", place],
            cwd=root,
            input=(hole.prefix + hole.suffix).encode(),
            capture_output=True,
            check=False,
        )
        shown = json.loads(done.stdout)
        mark = "=" if (shown["completion"] or "").rstrip() == hole.middle.rstrip() else " "
        print(
            f"{mark} {place}  {shown['confidence'] or 0:.2f}  {shown['timings_ms']['total']:.0f} ms"
        )
        print(f"    {lines[-1].strip()}⟨{hole.middle}⟩")
        print(f"    {lines[-1].strip()}⟨{shown['completion'] or shown['reason']}⟩")


if __name__ == "__main__":
    main()
