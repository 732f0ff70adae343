"""Every format's whole prompt, as a model reads it."""

from __future__ import annotations

import pytest
from marked import parse

from context.types import Selection, Snippet
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


def _prompt(format_name: str, budget: int) -> str:
    marked = parse(REPOSITORY)
    others = [path for path in marked.files if path != marked.path]
    snippets = tuple(
        Snippet(path, marked.files[path], "full", "imported here", 1, rank)
        for rank, path in enumerate(others)
    )
    text, cursor = marked.text, marked.cursor
    prompt, _ = pack(
        Selection(text[:cursor], text[cursor:], snippets, None, ()),
        PackState(),
        path=marked.path,
        spec=define_model("tiny", format_name),
        tokenizer=EstimatingTokenizer(),
        budget_tokens=budget,
    )
    return prompt.bos + prompt.text + "\n"


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format(golden, format_name):
    golden(f"{format_name}.txt", _prompt(format_name, 1_000))


@pytest.mark.parametrize("budget", [60, 160])
def test_what_a_small_budget_leaves(golden, budget):
    golden(f"deepseek-v2-{budget}-tokens.txt", _prompt("deepseek-v2", budget))
