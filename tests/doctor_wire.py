"""A model server on 127.0.0.1 that knows the doctor's holes, set up rightly or wrongly.

    with doctor_wire.serve(doctor_wire.Setup(sentinels=doctor_wire.ASCII)) as endpoint:
        ...

It reads prompts as a model would: what stands between its own sentinels is a hole to be
filled; a prompt without them is text to go on from.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lsp_server.doctor.holes import COUNTING, HOLES

BEGIN, HOLE, END = "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"  # noqa: RUF001
FULL_WIDTH = (BEGIN, HOLE, END)
ASCII = ("<|fim_begin|>", "<|fim_hole|>", "<|fim_end|>")
SWAPPED = (BEGIN, END, HOLE)
NONSENSE = "<|fim_begin|>\n\n\n"
PROSE = "Sure! Here is the completed code:\n\n```python\n"


@dataclass
class Setup:
    """How the server is set up.

    Attributes:
        sentinels: of its model.
        chats: the model talks in holes: Instruct weights.
        template: it puts a chat's template around everything.
        reads: characters of a prompt that it takes; the head of a longer one is cut.
        context: tokens that it says it takes; None says nothing.
        refuses_long: answers 400 to what it can't take instead of cutting.
        caches: it has a prefix cache; None doesn't say.
        key: it wants this one.
        owner: who the models are of; vLLM is asked for its tokens.
        status: of what it answers to anything.
        cold: questions that it fails at before it answers.
        listing: status of its list of models.
        tokens: what it says the ids of any text are.
        asked: the prompts that came.
    """

    sentinels: tuple[str, str, str] = FULL_WIDTH
    model: str = "deepseek-coder-v2-lite-base"
    chats: bool = False
    template: bool = False
    reads: int = 10_000_000
    context: int | None = 131_072
    refuses_long: bool = False
    caches: bool | None = True
    key: str = ""
    owner: str = "somebody"
    tokens: tuple[int, ...] = ()
    status: int = 200
    cold: int = 0
    listing: int = 200
    asked: list = field(default_factory=list)

    def complete(self, prompt: str) -> str:
        """What the model says."""
        if self.template:
            return PROSE
        if prompt == COUNTING:
            return " 13 14 15"
        begin, hole, end = self.sentinels
        read = prompt[-self.reads :]
        if begin not in read or hole not in read or end not in read:
            return NONSENSE
        before, _, rest = read.partition(begin)[2].partition(hole)
        behind, _, typed = rest.partition(end)
        return PROSE if self.chats else self._fill(before + typed, behind)

    def _fill(self, before: str, behind: str) -> str:
        if 'RELEASE_NAME = "kestrel-4821"' in before:
            return "kestrel-4821"
        for known in HOLES:
            if before.endswith(known.prefix) and behind.lstrip("\n") == known.suffix.lstrip("\n"):
                return known.middle
        return NONSENSE


@contextmanager
def serve(setup: Setup):
    """The endpoint of a server that is set up so, until the block is left."""

    class Handler(_Handler):
        pass

    Handler.setup_of = setup
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    setup_of: Setup
    protocol_version = "HTTP/1.1"
    # An answer in one piece: two would wait for each other's acknowledgement.
    wbufsize = 65_536

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        """The list of models."""
        setup = self.setup_of
        if not self._is_let_in():
            return
        if setup.listing != 200 or setup.cold > 0:
            setup.cold -= 1
            self._say(setup.listing if setup.listing != 200 else 503, {"error": "not now"})
            return
        entry = {"id": setup.model, "owned_by": setup.owner}
        if setup.context is not None:
            entry["max_model_len"] = setup.context
        self._say(200, {"object": "list", "data": [entry]})

    def do_POST(self):
        """A completion, or the ids of a text."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        setup = self.setup_of
        if not self._is_let_in():
            return
        if setup.status != 200:
            self._say(setup.status, {"error": {"message": "not so"}}, {"Retry-After": "2"})
            return
        if self.path.endswith("/tokenize"):
            self._say(200, {"tokens": list(setup.tokens), "count": len(setup.tokens)})
            return
        prompt = asked["prompt"] if isinstance(asked["prompt"], str) else ""
        if setup.refuses_long and len(prompt) > setup.reads:
            told = f"This model's maximum context length is {setup.reads // 4} tokens."
            self._say(400, {"error": {"message": told}})
            return
        usage = {"prompt_tokens": min(len(prompt), setup.reads) // 3, "completion_tokens": 5}
        if setup.caches is not None:
            cached = usage["prompt_tokens"] if setup.caches and prompt in setup.asked else 0
            usage["prompt_tokens_details"] = {"cached_tokens": cached}
        setup.asked.append(prompt)
        choice = {"index": 0, "text": setup.complete(prompt), "finish_reason": "stop"}
        self._say(200, {"choices": [choice], "usage": usage})

    def _is_let_in(self) -> bool:
        if self.setup_of.key and self.headers.get("authorization") != f"Bearer {self.setup_of.key}":
            self._say(401, {"error": {"message": "Incorrect API key provided"}})
            return False
        return True

    def _say(self, status, value, headers=None):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)
