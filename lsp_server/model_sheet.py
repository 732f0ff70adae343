"""What there is to say about one model: as JSON, as rows for a person, as an example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from context.types import Selection, Snippet
from inference.models.formats import Control
from inference.prompt.pack import PackState, pack
from inference.tokens.estimate import EstimatingTokenizer

if TYPE_CHECKING:
    from inference.models import ModelSpec
    from inference.models.formats import FimFormat, Plain, Slot, Wording

Json = dict[str, Any]

# What the default budget's prompts take.
USUAL_TOKENS = 8_192
_MILLION = 1_000_000
_PREFIX = "from shop.money import price\n\n\ndef total(items):\n    return "
_SUFFIX = '\n\n\nprint(total(["tea"]))\n'
_OTHER = Snippet("shop/money.py", "def price(item): ...\n", "full", "imported here", 1)


def example(spec: ModelSpec) -> str:
    """A prompt of this model on two tiny files, as it reads it."""
    prompt, _ = pack(
        Selection(_PREFIX, _SUFFIX, (_OTHER,), None, ()),
        PackState(),
        path="shop/cart.py",
        spec=spec,
        tokenizer=EstimatingTokenizer(),
        budget_tokens=min(1_000, spec.context_tokens),
        repository="shop",
    )
    return prompt.bos + prompt.text


def entry(spec: ModelSpec) -> Json:
    """The model as JSON; its format is named, see `spelled`."""
    return {
        "name": spec.name,
        "aliases": list(spec.names[1:]),
        "format": spec.format.name,
        "fim": spec.has_fim,
        "context_tokens": spec.context_tokens,
        "use": spec.use,
        "parameters_b": spec.parameters_b,
        "active_b": spec.active_b or spec.parameters_b,
        "weights_gb": round(spec.weights_gb, 2),
        "kv_bytes_per_token": spec.kv_bytes_per_token,
        "chat": spec.chat.name if spec.chat else None,
        "token_ids": dict(spec.token_ids),
        "licence": spec.licence,
        "note": spec.note,
    }


def spelled(form: FimFormat) -> Json:
    """A format as a user could write it in the configuration."""
    return {
        "name": form.name,
        "layout": [_spelled_item(item) for item in form.layout],
        "start": _spelled_wording(form.start),
        "file": _spelled_wording(form.file),
        "header": _spelled_wording(form.header),
        "header_alone": form.header_alone,
        "files_behind": form.files_behind,
        "suffix_apart": form.suffix_apart,
        "added_tokens": form.added_tokens,
        "controls": list(dict.fromkeys(item.text for item in _controls(form))),
        "tokens": {item.text: item.token for item in _controls(form) if item.token},
        "bos": form.bos,
        "bos_tokens": list(form.bos_tokens),
        "eos": form.eos,
        "stops": list(form.stops),
        "reserved": list(form.reserved),
    }


def _controls(form: FimFormat) -> list[Control]:
    parts = (*form.layout, *form.start, *form.file, *form.header)
    return [part for part in parts if isinstance(part, Control)]


def _spelled_item(item: Slot | Control | Plain) -> str:
    return f"{{{item}}}" if isinstance(item, str) else item.text


def _spelled_wording(words: Wording) -> str:
    return "".join(word if isinstance(word, str) else word.text for word in words)


def facts(spec: ModelSpec) -> list[tuple[str, str]]:
    """Rows of what is said and what it is, without those that are unknown."""
    form = spelled(spec.format)
    sizes = dict.fromkeys((min(USUAL_TOKENS, spec.context_tokens), spec.context_tokens))
    cache = [f"{cache_size(spec, n_tokens)} GB at {short(n_tokens)}" for n_tokens in sizes]
    active = f", {spec.active_b:g} of them active" if spec.active_b else ""
    said = {
        "also called": ", ".join(spec.names[1:]),
        "use": {"both": "completion and code actions"}.get(spec.use, spec.use),
        "fills in": "the middle" if spec.has_fim else "at the end: it reads only what precedes it",
        "context": f"{spec.context_tokens:,} tokens",
        "parameters": f"{spec.parameters_b:g} billion{active}" if spec.parameters_b else "",
        "weights": f"{gigabytes(spec.weights_gb)} GB in 16 bits" if spec.parameters_b else "",
        "cache": ", ".join(cache) if spec.kv_bytes_per_token else "",
        "licence": spec.licence,
        "note": spec.note,
        "conversation": spec.chat.name if spec.chat else "",
        "format": form["name"],
        "layout": " ".join(map(_visible, form["layout"])),
        **{name: _visible(form[name]) for name in ("start", "file", "header", "bos", "eos")},
        "stops": " ".join(map(_visible, form["stops"])),
        "ids": ", ".join(f"{text} {number}" for text, number in spec.token_ids),
    }
    return [(what, is_) for what, is_ in said.items() if is_]


def cache_size(spec: ModelSpec, n_tokens: int) -> str:
    """What so many tokens take in the cache, in gigabytes; empty where unknown."""
    return gigabytes(spec.kv_bytes_per_token * n_tokens / 1e9)


def _visible(text: str) -> str:
    return text.replace("\n", "\\n")


def gigabytes(amount: float) -> str:
    """Gigabytes with two digits that count; empty where unknown."""
    if not amount:
        return ""
    return f"{amount:.0f}" if amount >= 10 else f"{amount:.2g}"  # noqa: PLR2004 - two digits


def short(n_tokens: int) -> str:
    """A number of tokens as makers write it, such as 128K."""
    if n_tokens >= _MILLION:
        return f"{n_tokens / _MILLION:.3g}M"
    return f"{n_tokens // (1024 if n_tokens % 1024 == 0 else 1000)}K"
