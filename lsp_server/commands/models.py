"""`infill models`: the models and prompt formats known, the user's own among them.

And what of a model is fetched when asked: its tokenizer, or its weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from context.disk.files import find_root
from inference.errors import InferenceError
from inference.models import FORMATS, find_model, known_models
from inference.tokens.hub import TOKENIZER_FILE, download_tokenizer, hub_cache, is_hub_name
from inference.weights.download import download_weights, plan_download
from lsp_server.commands.configured import configured_for
from lsp_server.commands.output import note, print_json, print_text
from lsp_server.commands.tables import Column, Table, show
from lsp_server.errors import FailureError, UsageError
from lsp_server.model_sheet import (
    USUAL_TOKENS,
    cache_size,
    entry,
    example,
    facts,
    gigabytes,
    short,
    spelled,
)
from lsp_server.paths import located_setting
from lsp_server.user_models import named_model, own_models

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from inference.models import ModelSpec

_GB = 1e9
_COLUMNS = (
    Column("model", "cyan", is_whole=True),
    Column("fills", "green"),
    Column("context", is_number=True),
    Column("GB", is_number=True),
    Column("+ at 8K", is_number=True),
    Column("for"),
    Column("format", is_whole=True),
    Column("licence", "dim"),
    Column("note", "dim"),
)


def run(options: argparse.Namespace) -> None:
    """Print the table of models, or all there is to say about one; or fetch its tokenizer.

    Raises:
        UsageError: there is no model of that name, or its folder doesn't tell which it is.
        FailureError: a tokenizer can't be fetched.
    """
    root: Path = options.root or find_root(options.directory / "_")
    own = own_models(configured_for(options, root).settings.models)
    if options.download_tokenizer is not None:
        _download_tokenizer(options, own)
    elif options.download_weights is not None:
        _download_weights(options, own)
    elif options.name is not None:
        _run_one(_named(located_setting("model", options.name, options.directory), own), options)
    elif options.json:
        specs = known_models(own)
        forms = FORMATS | {spec.format.name: spec.format for spec in specs}
        formats = [spelled(form) for form in forms.values()]
        print_json({"models": [entry(spec) for spec in specs], "formats": formats})
    else:
        _show_all(known_models(own))


def _download_tokenizer(options: argparse.Namespace, own: Sequence[ModelSpec]) -> None:
    """Fetch a model's tokenizer from the hub, and print where it lies."""
    _check_alone(options, "--download-tokenizer")
    name = _hub_name(options.download_tokenizer, own, TOKENIZER_FILE)
    note(f"fetching {TOKENIZER_FILE} of {name} into {hub_cache()}")
    try:
        path = download_tokenizer(name)
    except InferenceError as error:
        raise FailureError(str(error), kind=error.kind) from None
    _tell_path(options, name, path)


def _download_weights(options: argparse.Namespace, own: Sequence[ModelSpec]) -> None:
    """Fetch a model's weights from the hub, however long it takes, and print where they lie."""
    _check_alone(options, "--download-weights")
    name = _hub_name(options.download_weights, own, "weights")
    try:
        fetching = plan_download(name)
        note(
            f"fetching {fetching.missing_bytes / _GB:.1f} of {fetching.n_bytes / _GB:.1f} GB of "
            f"{name} into {hub_cache()}"
        )
        path = download_weights(name)
    except InferenceError as error:
        raise FailureError(
            str(error), kind=error.kind, cause=getattr(error, "cause", None)
        ) from None
    _tell_path(options, name, path)


def _check_alone(options: argparse.Namespace, option: str) -> None:
    if options.name is not None:
        raise UsageError(f"{options.name!r} was named beside {option}, which takes one model alone")


def _tell_path(options: argparse.Namespace, name: str, path: Path) -> None:
    if options.json:
        print_json({"model": name, "path": str(path)})
    else:
        print_text(str(path))


def _hub_name(name: str, own: Sequence[ModelSpec], what: str) -> str:
    """What a model is called on the hub, which may have it though the table hasn't.

    Raises:
        UsageError: there is no such model, or it isn't on the hub.
    """
    try:
        spec = find_model(name, own)
    except InferenceError as error:
        if is_hub_name(name):
            return name
        raise UsageError(str(error), kind=error.kind) from None
    if not spec.hub:
        raise UsageError(
            f"{spec.name} isn't known to be on the hub; name the repository that has its "
            f"{what}, as owner/name",
            kind="unknown-model",
        )
    return next((one for one in spec.hub if one.lower() == name.strip().lower()), spec.hub[0])


def _named(name: str, own: Sequence[ModelSpec]) -> ModelSpec:
    try:
        return named_model(name, own)
    except InferenceError as error:
        raise UsageError(str(error), kind=error.kind) from None


def _run_one(spec: ModelSpec, options: argparse.Namespace) -> None:
    if options.json:
        form = spelled(spec.format)
        print_json({"model": entry(spec), "format": form, "example": example(spec)})
    else:
        show(Table(spec.name, (Column("what", "dim"), Column("is")), facts(spec)))
        print_text(f"\nA small prompt, which the model goes on from:\n\n{example(spec)}")


def _show_all(specs: Sequence[ModelSpec]) -> None:
    forms = dict.fromkeys(spec.format.name for spec in specs)
    title = (
        f"{len(specs)} models, {len(forms)} prompt formats; weights in 16 bits, and what 8,192 "
        "tokens add; `infill models NAME` shows one whole"
    )
    show(Table(title, _COLUMNS, [_row(spec) for spec in specs]))


def _row(spec: ModelSpec) -> tuple[str, ...]:
    return (
        spec.name,
        "middle" if spec.has_fim else "end",
        short(spec.context_tokens),
        gigabytes(spec.weights_gb),
        cache_size(spec, USUAL_TOKENS),
        spec.use,
        spec.format.name,
        spec.licence.partition(" (")[0],
        spec.note,
    )
