"""Processes of ours, started so that a workspace can't slip its own modules in.

Our packages have generic names, and a repository may hold a `context/` or a
`pickle.py`. Every process therefore runs with `-P` (no script folder or
working directory on the import path), without `PYTHONPATH`, and outside of the
workspace. Worker processes inherit the flag, the environment and the folder.
"""

from __future__ import annotations

import os
import sys

_UNSAFE_VARIABLES = ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME")


def environment() -> dict[str, str]:
    """This process's environment without what would change where modules come from."""
    return {name: value for name, value in os.environ.items() if name not in _UNSAFE_VARIABLES}


def neutral_folder() -> str:
    """A folder that exists and is no workspace: the interpreter's own."""
    return sys.prefix


def command(*arguments: str) -> list[str]:
    """The command line that starts Infill with this interpreter."""
    return [sys.executable, "-P", "-m", "lsp_server", *arguments]


def is_isolated() -> bool:
    """Whether this process already runs the way `command` starts one."""
    return sys.flags.safe_path and "PYTHONPATH" not in os.environ


def restart_isolated() -> None:
    """Start this program again, isolated, and end with its exit code.

    POSIX replaces the process, so that signals and pipes stay with it. Windows
    can't: there the parent waits and passes the exit code on.
    """
    again = command(*sys.argv[1:])
    if os.name == "posix":
        os.execve(again[0], again, environment())  # noqa: S606 - no shell is wanted
    # Imported late: until here nothing but what the interpreter itself has loaded is trusted.
    import subprocess

    sys.exit(subprocess.call(again, env=environment()))  # noqa: S603 - our own command line
