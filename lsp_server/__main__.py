"""The `infill` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, in a process that the workspace can't reach into."""
    from lsp_server import launch

    if not launch.is_isolated():
        launch.restart_isolated()
    from lsp_server.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
