"""The command line's grammar; what a command does stands in `commands`, loaded when called."""

from __future__ import annotations

import argparse
import importlib
import os
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lsp_server import launch
from lsp_server.commands.output import drop_unwritable, report_error, stand_in_for_closed_streams
from lsp_server.errors import CommandError, FailureError, UsageError
from lsp_server.paths import PATH_SETTINGS, located_setting, real

if TYPE_CHECKING:
    from collections.abc import Sequence

if TYPE_CHECKING:
    # argparse gives it no public name.
    _Commands = argparse._SubParsersAction["_Parser"]  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

LOCATION_HELP = "a place: line and column count from 1, the cursor stands before the column"


def run(arguments: Sequence[str]) -> int:
    """Carry out a command; its exit code.

    0 success, 1 an honest nothing, 2 wrong use, 3 a failed backend or an unusable file.
    """
    stand_in_for_closed_streams()
    try:
        return _outcome(arguments)
    finally:
        drop_unwritable()


def _outcome(arguments: Sequence[str]) -> int:
    try:
        ours, theirs = _told_apart(arguments)
        options = _parser().parse_args(ours)
        options.extra = theirs
        _leave_workspace(options)
        module = importlib.import_module(f"lsp_server.commands.{options.command}")
        module.run(options)
    except BrokenPipeError:
        # Whoever read our output has what they wanted.
        return 0
    except KeyboardInterrupt:
        return 130
    except (CommandError, OSError) as error:
        told = error if isinstance(error, CommandError) else _told(error)
        report_error(told, as_json="--json" in arguments)
        return told.exit_code
    except Exception as error:  # noqa: BLE001 -- the outermost edge
        if {"-v", "--verbose"}.intersection(arguments):
            traceback.print_exc()
        report_error(_unforeseen(error), as_json="--json" in arguments)
        return FailureError.exit_code
    return 0


def _told_apart(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What is for us, and what stands behind `--` for the server that `infill engine` starts."""
    if list(arguments[:1]) != ["engine"] or "--" not in arguments:
        return arguments, ()
    place = list(arguments).index("--")
    return arguments[:place], arguments[place + 1 :]


def _unforeseen(error: Exception) -> CommandError:
    what = f"{type(error).__name__}: {error}"
    return FailureError(f"this is a fault in Infill ({what}); -v shows where", kind="internal")


def _told(error: OSError) -> CommandError:
    """The machine's refusals, a full disk for example, in its own words."""
    place = "" if error.filename is None else f"{error.filename}: "
    return FailureError(f"{place}{error.strerror or error}", kind="system")


class _Parser(argparse.ArgumentParser):
    """Raises wrong use instead of ending the process, so that `--json` holds there too."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="infill",
        allow_abbrev=False,
        description="Fill-in-the-middle code completion with whole-repository context, "
        "from models you run yourself.",
    )
    parser.add_argument("--version", action="version", version=f"infill {version('infill-ls')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_complete(commands)
    _add_context(commands)
    _add_index(commands)
    _add_bench(commands)
    _add_models(commands)
    _add_engine(commands)
    _add_doctor(commands)
    _add_stats(commands)
    return parser


def _add_command(commands: _Commands, name: str, help_text: str) -> argparse.ArgumentParser:
    description = help_text.capitalize() + "."
    # An abbreviated `--json` would be understood here and overlooked where errors are told.
    parser = commands.add_parser(name, help=help_text, description=description, allow_abbrev=False)
    parser.add_argument("--root", metavar="DIR", help="the repository's folder")
    parser.add_argument("--config", metavar="FILE", help="a TOML file instead of the user's own")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help="one setting; repeatable"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("-v", "--verbose", action="store_true", help="log to standard error")
    return parser


def _add_serve(commands: _Commands) -> None:
    parser = _add_command(commands, "serve", "run the language server on standard input and output")
    parser.add_argument("--tcp", metavar="HOST:PORT", help="listen there instead, for debugging")
    parser.add_argument("--stdio", action="store_true", help="the default; some editors add it")


def _add_complete(commands: _Commands) -> None:
    parser = _add_command(commands, "complete", "print the completion at a place")
    parser.add_argument("location", metavar="FILE:LINE:COL", help=LOCATION_HELP)
    parser.add_argument("--stdin", action="store_true", help="read the file's text from there")
    parser.add_argument("--stream", action="store_true", help="print the text as it comes")


def _add_context(commands: _Commands) -> None:
    parser = _add_command(commands, "context", "show what would be sent for a place, and why")
    parser.add_argument("location", metavar="FILE:LINE:COL", help=LOCATION_HELP)
    parser.add_argument("--budget", type=int, metavar="N", help="most tokens the prompt may have")
    parser.add_argument("--prompt", action="store_true", help="print the prompt itself")
    parser.add_argument(
        "--typed", type=int, metavar="N", help="as it is once the last N keystrokes were typed"
    )


def _add_index(commands: _Commands) -> None:
    parser = _add_command(commands, "index", "build or refresh the index of a repository")
    parser.add_argument("--edges", action="store_true", help="print the import graph too")


def _add_bench(commands: _Commands) -> None:
    parser = _add_command(commands, "bench", "measure how well Infill does in a repository")
    parser.add_argument("-n", type=int, default=200, help="places of each kind; 200")
    parser.add_argument("--seed", type=int, default=1, help="other places for another number")
    parser.add_argument(
        "--budgets", metavar="N,N", default="2048,8192,32768", help="tokens that a prompt may have"
    )
    parser.add_argument(
        "--anchor", action="store_true", help="compare the settings of prompt.anchor instead"
    )
    parser.add_argument("--only", choices=("recall", "completion"), help="measure this alone")
    parser.add_argument("--list", action="store_true", help="tell of each place, too")


def _add_models(commands: _Commands) -> None:
    parser = _add_command(commands, "models", "list the models and prompt formats known")
    parser.add_argument("name", metavar="NAME", nargs="?", help="all about this one, or a folder")
    parser.add_argument(
        "--download-tokenizer",
        metavar="NAME",
        help="fetch the tokenizer of that model, or of owner/name on the hub; no weights",
    )
    parser.add_argument(
        "--download-weights",
        metavar="NAME",
        help="fetch its weights and its tokenizer; gigabytes",
    )


def _add_engine(commands: _Commands) -> None:
    parser = _add_command(commands, "engine", "start or print the recommended model server")
    parser.usage = "infill engine [MODEL] [options] [-- FURTHER ARGUMENTS OF vllm serve]"
    parser.add_argument("model", metavar="MODEL", nargs="?", help="a name or a folder of weights")
    parser.add_argument("--print", action="store_true", help="print the command, start nothing")
    parser.add_argument("--gpus", type=int, metavar="N", help="take so many of a machine's GPUs")
    parser.add_argument(
        "--memory-gb",
        type=float,
        metavar="G",
        help="of each GPU as its maker counts, of a machine that isn't this one",
    )
    parser.add_argument("--nodes", type=int, default=1, metavar="N", help="machines to join by Ray")
    parser.add_argument("--max-model-len", type=int, default=0, metavar="N", help="tokens")
    parser.add_argument("--quantization", default="", metavar="NAME", help="as vLLM spells it")
    parser.add_argument(
        "--drafts",
        choices=("auto", "ngram", "ngram_gpu", "suffix", "off"),
        default="auto",
        help="how tokens are drafted ahead",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at; this machine")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="8000")
    parser.add_argument("--cpu", action="store_true", help="vLLM's build for processors")
    parser.add_argument("--download", action="store_true", help="vLLM may fetch weights")


def _add_doctor(commands: _Commands) -> None:
    _add_command(commands, "doctor", "check the set-up and say what to do about what is wrong")


def _add_stats(commands: _Commands) -> None:
    parser = _add_command(commands, "stats", "show how much of what you accepted has stayed")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="so many days; 30")


def _leave_workspace(options: argparse.Namespace) -> None:
    """Make every path absolute, then work outside of the caller's folder."""
    options.directory = _working_directory()
    for name in ("root", "config"):
        value = getattr(options, name)
        if value is not None:
            setattr(options, name, real(options.directory / value))
    options.set = [_located(assignment, options.directory) for assignment in options.set]
    for name, variable in PATH_SETTINGS.items():
        if variable in os.environ:
            value = located_setting(name, os.environ[variable], options.directory)
            os.environ[variable] = value
    if options.root is not None and not _is_folder(options.root):
        raise FailureError(f"--root {options.root} is not a folder", kind="file")
    os.chdir(launch.neutral_folder())


def _working_directory() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise FailureError(
            "the working directory no longer exists; change to one that does", kind="file"
        ) from None


def _located(assignment: str, folder: Path) -> str:
    name, equals, value = assignment.partition("=")
    if not equals or name not in PATH_SETTINGS:
        return assignment
    return f"{name}={located_setting(name, value, folder)}"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A name that is too long, for one, before Python 3.14.
        return False
