"""The settings in force for a command, and for the server that it starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lsp_server import configuration
from lsp_server.commands.output import note

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


def configured_for(options: argparse.Namespace, root: Path) -> configuration.Configured:
    """Settings from every source that isn't an editor; warnings go to standard error.

    Raises:
        SettingError: an unknown name or a value out of range.
    """
    made = configuration.gather(
        config=options.config,
        root=root,
        environment=os.environ,
        editor=None,
        assignments=options.set,
    )
    for warning in made.warnings:
        note(warning)
    return made


def server_arguments(options: argparse.Namespace) -> list[str]:
    """What tells a server of ours the settings that this command was given."""
    config = ["--config", str(options.config)] if options.config else []
    settings = [part for value in options.set for part in ("--set", value)]
    return [*config, *settings, *(["--verbose"] if options.verbose else [])]
