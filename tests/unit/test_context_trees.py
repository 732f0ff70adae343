"""A text that is typed in has the facts that a new start would give it."""

from __future__ import annotations

from context.parsing import parse as parse_module
from context.parsing.parse import parse, parse_open
from context.parsing.trees import Trees

LONG = "".join(
    f"class Shape{n}(Base):\n    '''Doc {n}.'''\n    def area(self, k):\n        return k * {n}\n\n"
    for n in range(250)
)
TYPED = "\n\nimport os\ndef fresh(a, b):\n    return {'é': a}\n"


def test_a_long_text_is_followed_through_every_keystroke(monkeypatch) -> None:
    """In the middle of it, forwards and backwards; what is shown is what a full parse sees."""
    seen = []
    real = Trees.tree

    def tree(self, path, grammar, data):
        seen.append(bool(self._kept.get(path)))
        return real(self, path, grammar, data)

    monkeypatch.setattr(Trees, "tree", tree)
    monkeypatch.setattr(parse_module, "_OPEN", Trees())
    middle = LONG.index("class Shape120")
    texts = [LONG[:middle] + TYPED[:end] + LONG[middle:] for end in range(0, len(TYPED), 5)]
    for text in [*texts, *reversed(texts[:-3]), LONG[: len(LONG) // 2], LONG]:
        assert parse_open("grown.py", "Python", text) == parse("grown.py", "Python", text)
    assert seen[0] is False
    assert all(seen[1:])


def test_few_trees_are_kept_and_none_of_short_texts() -> None:
    trees = Trees()
    grammar = parse_module.grammar_of("Python", "a.py")
    for name in "abcdefg":
        trees.tree(name, grammar, LONG.encode())
    trees.tree("short", grammar, b"x = 1\n")
    assert list(trees._kept) == ["d", "e", "f", "g"]


def test_another_grammar_under_the_same_path_starts_anew() -> None:
    trees = Trees()
    python, go = (parse_module.grammar_of(name, "a") for name in ("Python", "Go"))
    trees.tree("a", python, LONG.encode())
    found = trees.tree("a", go, b"package a\n" * 2_500)
    assert found.language == go.language
