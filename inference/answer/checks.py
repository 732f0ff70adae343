"""What is looked at before a completion is shown: its syntax, its names, what must not be in it.

The checks come from outside, as protocols of `context.types`; here is only what follows
from what they find.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.answer.brackets import closers
from inference.types import Completion, NoCompletion

if TYPE_CHECKING:
    from context.types import Invented, SecretCheck, SymbolCheck, SyntaxCheck

_REJECTED = NoCompletion("it is what was turned down a moment ago")
_BROKEN = NoCompletion("it would break the syntax")
# A shorter one is the beginning of too much else.
_LEAST_REJECTED = 3


@dataclass(frozen=True, slots=True)
class Checks:
    """What a completion must pass; what is None isn't looked at.

    Attributes:
        rejected: texts that the user has just turned down at this cursor.
    """

    syntax: SyntaxCheck | None = None
    symbols: SymbolCheck | None = None
    secrets: SecretCheck | None = None
    rejected: tuple[str, ...] = ()


def checked(
    completion: Completion, checks: Checks, min_confidence: float
) -> Completion | NoCompletion:
    """As much of the completion as passes, or why nothing of it does.

    The syntax comes before the names, as what a name belongs to is read from a tree, and
    what is left of a text without a name must hold as well. Takes milliseconds where the
    document has to be parsed, so not on the event loop.
    """
    if _is_rejected(completion.text, checks.rejected):
        return _REJECTED
    made = _named(_parsed(completion, checks), checks)
    if isinstance(made, NoCompletion):
        return made
    if made.text != completion.text and _is_rejected(made.text, checks.rejected):
        return _REJECTED
    secret = checks.secrets.finding(made.text) if checks.secrets is not None else None
    if secret is not None:
        return NoCompletion(f"it would bring in what looks like a secret: {secret}")
    return _sure(made, completion, min_confidence)


def _is_rejected(text: str, rejected: tuple[str, ...]) -> bool:
    """Whether it is what was turned down, be it with other blanks or with more behind it."""
    bare = "".join(text.split())
    for each in rejected:
        other = "".join(each.split())
        if bare == other:
            return True
        goes_on = len(other) >= _LEAST_REJECTED and bare.startswith(other)
        if goes_on and not (other[-1].isalnum() and bare[len(other)].isalnum()):
            return True
    return False


def _parsed(completion: Completion, checks: Checks) -> Completion | NoCompletion:
    """As much as the document takes without breaking.

    What is cut off may have held the brackets after the cursor that the text takes the
    place of; so what is left is also tried in front of them.
    """
    if checks.syntax is None:
        return completion
    start, end = completion.replace
    sound, n_replaced = checks.syntax.sound(completion.text, end - start), end - start
    if sound < len(completion.text) and completion.is_part:
        # The backend meant to go on: it is right so far if it is right once closed.
        closed = completion.text + closers(completion.text)
        if checks.syntax.sound(closed, n_replaced) == len(closed) > len(completion.text):
            return completion
    if n_replaced and sound < len(completion.text):
        before = checks.syntax.sound(completion.text, 0)
        if before >= sound:
            sound, n_replaced = before, 0
    return _cut(completion, sound, start + n_replaced) or _BROKEN


def _named(completion: Completion | NoCompletion, checks: Checks) -> Completion | NoCompletion:
    """Without the line that has the first name that doesn't exist, and those behind it."""
    if isinstance(completion, NoCompletion) or checks.symbols is None:
        return completion
    start, end = completion.replace
    found = checks.symbols.invented(completion.text, end - start)
    if not found:
        return completion
    line = completion.text.rfind("\n", 0, found[0].start) + 1
    shorter = _cut(completion, line, end)
    if shorter is None or not any(map(str.isalnum, shorter.text)):
        return NoCompletion(_why(found[0]))
    left = _parsed(shorter, checks)
    return NoCompletion(_why(found[0])) if isinstance(left, NoCompletion) else left


def _why(invented: Invented) -> str:
    what = "parameter" if invented.kind == "keyword" else "member"
    return f"it uses a {what} that `{invented.owner}` doesn't have"


def _cut(completion: Completion, length: int, end: int) -> Completion | None:
    """The first characters of it, in the place of what goes up to `end`; None where none are."""
    if length == len(completion.text):
        return completion
    text = completion.text[:length].rstrip()
    if not text:
        return None
    return replace(completion, text=text, replace=(completion.replace[0], end))


def _sure(made: Completion, whole: Completion, min_confidence: float) -> Completion | NoCompletion:
    """With the confidence of what is left, where the backend told how likely beginnings are."""
    if made.text == whole.text:
        return made
    known = [share for share in made.beginnings if share[0] <= len(made.text)]
    made = replace(made, beginnings=tuple(known))
    if not known:
        return made
    # Tokens don't end where the text was cut: the one that goes over the end is left out.
    confidence = known[-1][1]
    if confidence < min_confidence:
        return NoCompletion(
            f"confidence {confidence:.2f} is below the threshold {min_confidence:.2f}"
        )
    return replace(made, confidence=confidence)
