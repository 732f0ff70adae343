"""Every format's whole prompt, as a model reads it."""

from __future__ import annotations

import pytest
from marked import parse

from context.types import Selection, Snippet
from inference.errors import BudgetError
from inference.models import FORMATS, define_model
from inference.prompt.pack import PackState, pack
from inference.tokens.tokenizer import EstimatingTokenizer

REPOSITORY = '''
//- /shop/money.py
"""Amounts in cents."""


def format_cents(cents: int) -> str:
    return f"{cents / 100:.2f}"
//- /shop/cart.py
from shop.money import format_cents


class Cart:
    def __init__(self) -> None:
        self.items: list[int] = []

    def total(self) -> int:
        return sum(self.items)
//- /shop/receipt.py
from shop.cart import Cart
from shop.money import format_cents


def receipt(cart: Cart) -> str:
    lines = [format_cents(item) for item in cart.items]
    lines.append($0)
    return "\\n".join(lines)
'''


ALONE = REPOSITORY[REPOSITORY.index("//- /shop/receipt.py") :]
TYPED = "format_cents("
CLOSED = ")"


def _prompt(source: str, format_name: str, budget: int, *, typed: bool = False) -> str:
    """The prompt at the cursor; or the one before and what was typed since it was made."""
    marked = parse(source)
    others = [path for path in marked.files if path != marked.path]
    snippets = tuple(
        Snippet(path, marked.files[path], "full", "imported here", 1, rank)
        for rank, path in enumerate(others)
    )
    before, after = marked.text[: marked.cursor], marked.text[marked.cursor :]
    steps = ((before, after), (before + TYPED, CLOSED + after)) if typed else ((before, after),)
    state = PackState()
    for prefix, suffix in steps:
        prompt, state = pack(
            Selection(prefix, suffix, snippets, None, ()),
            state,
            path=marked.path,
            spec=define_model("tiny", format_name),
            tokenizer=EstimatingTokenizer(),
            budget_tokens=budget,
            anchoring="block" if typed else "off",
            repository="till",
        )
    apart = f"\n-------- apart\n{prompt.suffix}" if prompt.suffix else "\n"
    return prompt.bos + prompt.text + apart


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format(golden, format_name):
    """With other files, without, and while typing: its tail and the bracket the editor closed."""
    sections = (
        ("with other files", _prompt(REPOSITORY, format_name, 1_000)),
        ("without", _prompt(ALONE, format_name, 1_000)),
        ("while typing", _prompt(REPOSITORY, format_name, 1_000, typed=True)),
    )
    golden(f"{format_name}.txt", "".join(f"-------- {head}\n{text}" for head, text in sections))


@pytest.mark.parametrize("budget", [60, 160])
def test_what_a_small_budget_leaves(golden, budget):
    golden(f"deepseek-v2-{budget}-tokens.txt", _prompt(REPOSITORY, "deepseek-v2", budget))


def test_a_budget_without_room_for_the_sentinels():
    with pytest.raises(BudgetError, match="sentinels"):
        _prompt(REPOSITORY, "qwen3-coder-chat", 4)
