"""A document that is edited and packed again and again, as an editor and a server do it."""

from __future__ import annotations

from dataclasses import dataclass, field

from marked import parse

from context.types import Selection, Snippet
from inference.models import find_model
from inference.prompt.pack import PackState, goes_on, pack
from inference.tokens.estimate import EstimatingTokenizer

SPEC = find_model("deepseek-coder-v2-lite-base")
BEGIN, HOLE, END = (mark.text for mark in SPEC.format.marks)
ESTIMATE = EstimatingTokenizer()
FILES = (Snippet("a.py", "A = 1\n", "full", "imported here", 1),)


@dataclass
class Editor:
    """A document, its cursor and what the server remembers of it."""

    before: str
    after: str
    options: dict = field(default_factory=dict)
    state: PackState = field(default_factory=PackState)
    files: tuple = FILES
    heads: list = field(default_factory=list)

    def __post_init__(self):
        self.tokenizer = self.options.pop("tokenizer", ESTIMATE)
        self.options = {"spec": SPEC, "budget_tokens": 4_096, **self.options}
        self.ask()

    def ask(self, **more):
        """The prompt of what is there now."""
        selection = Selection(self.before, self.after, self.files, None, ())
        self.prompt, self.state = pack(
            selection,
            self.state,
            path="main.py",
            tokenizer=self.tokenizer,
            **{**self.options, **more},
        )
        anchor = self.state.anchors[0] if self.state.anchors else None
        self.heads.append(anchor.head.text if anchor else "")
        return self

    def type(self, text, closers=""):
        """Keystroke by keystroke; then the editor puts closers behind the cursor."""
        for char in text:
            self.before += char
            self.ask()
        self.after = closers + self.after
        return self.ask()

    def back(self, n_chars):
        """Backspace, so many times."""
        for _ in range(n_chars):
            self.before = self.before[:-1]
            self.ask()
        return self

    def jump(self, after):
        """The cursor behind the first place that reads so."""
        text = self.before + self.after
        cursor = text.index(after) + len(after)
        self.before, self.after = text[:cursor], text[cursor:]
        return self.ask()

    @property
    def goes_on(self):
        """Whether the next request here is one more keystroke."""
        places = (self.before, self.after)
        return goes_on(self.state, "main.py", *places, tokenizer=self.tokenizer)

    @property
    def tail(self):
        """What the prompt holds behind the frozen suffix."""
        return self.prompt.text.rpartition(END)[2]

    def tail_since(self, text):
        """What the prompt has behind a text that it begins with."""
        return self.prompt.text.removeprefix(text)

    @property
    def n_heads(self):
        """How many heads a server had to read."""
        return len(set(self.heads))


def editor(fixture, **options):
    """One with the text and the cursor of a fixture."""
    marked = parse(fixture)
    return Editor(marked.text[: marked.cursor], marked.text[marked.cursor :], options)
