"""Lexemes: what shares a number, and what a line break tells."""

from __future__ import annotations

from inference.ngram.lexer import DEEPER, OUTER, SAME, Vocabulary, lex, to_line_end


def words(text: str) -> list[str]:
    """The lexemes of a text, `_` before those with a blank."""
    vocabulary = Vocabulary()
    lexemes = lex(text, vocabulary)
    pairs = zip(lexemes.ids.tolist(), lexemes.blanks.tolist(), strict=True)
    return ["_" * blank + vocabulary.word(token) for token, blank in pairs]


def test_a_blank_is_not_part_of_the_lexeme() -> None:
    """`(name` and `, name` are the same name."""
    assert words("f(name, name)") == ["f", "(", "name", ",", "_name", ")"]


def test_operators_and_quotes() -> None:
    """Operators of several characters are one lexeme, quotes stand alone."""
    assert words("a += 'b' -> **c") == ["a", "_+=", "_'", "b", "'", "_->", "_**", "c"]


def test_wide_space_is_a_lexeme() -> None:
    """Alignment is kept, as it has to be written too."""
    assert words("a  = 1") == ["a", "  ", "=", "_1"]


def test_line_breaks_tell_of_indentation() -> None:
    """A break says how the next line that holds something is indented; blank lines are left out."""
    lexemes = lex("if a:\n    b\n\n    c\nd\n", Vocabulary())
    assert lexemes.ids[lexemes.breaks].tolist() == [DEEPER, SAME, OUTER, SAME]
    assert lexemes.widths.tolist() == [4, 4, 0, 0]


def test_a_tab_is_as_wide_as_four_blanks() -> None:
    """A file may mix them."""
    assert lex("if a {\n\tb\n    c\n}", Vocabulary()).ids.tolist().count(SAME) == 1


def test_a_child_numbers_on() -> None:
    """A child knows its parent's words; what is new to it the parent never learns."""
    parent = Vocabulary()
    lex("a = b", parent)
    child = parent.child()
    known, new = lex("b = c", child).ids[[0, 2]].tolist()
    assert (parent.word(known), child.word(new)) == ("b", "c")
    assert new >= len(parent)
    assert parent.find("c") is None


def test_chunks_are_lexed_like_the_whole() -> None:
    """A child lexes in remembered chunks; the tokens are the same."""
    text = "def f(a):\n    return a  \n\n\n" * 500
    parent = Vocabulary()
    whole = lex(text, parent)
    for _ in range(2):
        again = lex(text, parent.child())
        assert again.ids.tolist() == whole.ids.tolist()
        assert again.blanks.tolist() == whole.blanks.tolist()


def test_distance_to_the_line_end() -> None:
    """0 at a break; 255 where no break follows."""
    vocabulary = Vocabulary()
    assert to_line_end(lex("a b\nc", vocabulary).ids).tolist() == [2, 1, 0, 255]
