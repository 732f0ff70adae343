"""One answer being listened to: chunk by chunk, until enough has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.answer.cuts import CutScanner
from inference.answer.filters.foreign import leaks
from inference.answer.healing import Healer
from inference.answer.heard import Heard, within
from inference.answer.hole import hole_at
from inference.answer.stops import StopScanner
from inference.types import NoCompletion

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference.answer.heard import Clock, Rules
    from inference.types import Chunk, Request

    OnText = Callable[[str], None]

# What no editor can hold and no source has, though some models can spell each byte.
_NO_TEXT = ("\0", *map(chr, range(1, 9)), *map(chr, range(14, 27)), "\x7f", "\ufffd")
# To judge a text takes time in proportion to its length: a longer one than this is
# judged for showing only when it has grown by an eighth.
_SHORT = 512


class Listening:
    """Takes in the chunks of one of a request's completions, up to where it should end.

    Attributes:
        heard: what has come of it.
        is_over: enough has come, or nothing more will.
    """

    def __init__(
        self, request: Request, rules: Rules, clock: Clock, on_text: OnText | None = None
    ) -> None:
        prompt = request.prompt
        healer = Healer(prompt.healing if prompt else "")
        hole = hole_at(request.prefix, request.suffix, fills=rules.fills)
        self.heard = Heard(clock(), hole, rules, healer)
        self.is_over = False
        self._limit = request.max_new_tokens
        self._stops = StopScanner((*(prompt.stops if prompt else ()), *_NO_TEXT, *leaks(hole)))
        self._cuts = CutScanner(hole, rules.extent)
        self._clock, self._on_text = clock, on_text

    def take(self, sent: Chunk) -> None:
        """Take in a chunk; what goes beyond the end isn't looked at."""
        if self.is_over:
            return
        heard = self.heard
        chunk = within(sent, self._limit - heard.n_tokens)
        text, stopped = self._stops.feed(heard.healed(chunk.text))
        heard.note(chunk, text, self._clock)
        # A stop text is an end, whatever the limit.
        heard.torn = heard.torn and not stopped
        is_enough = heard.healer.failed or stopped or self._cuts.feed(text) or chunk is not sent
        self.is_over = is_enough or heard.is_late(chunk, self._clock)
        if not self.is_over and self._on_text is not None:
            _show(heard, self._on_text)

    def finish(self) -> None:
        """The stream has ended by itself."""
        if not self.is_over:
            self.heard.pieces.append(self._stops.finish())
            self.is_over = True

    def tear(self) -> None:
        """Time is over: what has come is all there is."""
        if not self.is_over:
            self.heard.torn = self.heard.late = self.is_over = True


def _show(heard: Heard, on_text: OnText) -> None:
    """Pass on what has grown."""
    unsure = heard.confidence is not None and heard.confidence < heard.rules.min_confidence
    if unsure or heard.n_chars < heard.show_at:
        return
    if heard.n_chars > _SHORT:
        heard.show_at = heard.n_chars + heard.n_chars // 8
    fitted = heard.fit(torn=True)
    if isinstance(fitted, NoCompletion) or fitted.text == heard.shown:
        return
    if fitted.text.startswith(heard.shown):
        heard.shown = fitted.text
        on_text(fitted.text)
