"""How long the server is deaf while somebody types in a large document.

    python tests/bench/large_documents.py [MEGABYTES ...]

Each keystroke is an edit and, every fourth time, a request for a completion. Right behind it
a request that is refused at once: how long that takes to come back is how long a keystroke
or a cancellation would have waited. The floor is the same with a document of a kilobyte.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.raw import Raw, raw

LINE = "    return self.alpha(beta, gamma)  # a line of some length\n"
N_KEYS = 60
URI = "file:///nowhere/large.py"


async def main(sizes: list[float]) -> None:
    """Measure documents of so many megabytes."""
    for megabytes in [0.001, *sizes]:
        text = "def alpha():\n" + LINE * int(megabytes * 1_000_000 / len(LINE))
        opening, waits = await _typed(text)
        waits.sort()
        p99 = waits[int(len(waits) * 0.99)]
        print(
            f"{megabytes:6g} MB: opened in {opening:6.1f} ms; behind a keystroke "
            f"p50 {statistics.median(waits):6.2f}, p99 {p99:6.2f}, longest {waits[-1]:6.2f} ms"
        )


async def _typed(text: str) -> tuple[float, list[float]]:
    """What the server took to hear again after it was opened, and after each keystroke."""
    line = text.count("\n") // 2
    async with raw() as server:
        await server.begin()
        server.open(URI, text)
        sent = time.perf_counter()
        await _ping(server, 10_000)
        opening = (time.perf_counter() - sent) * 1000
        waits: list[float] = []
        for key in range(N_KEYS):
            server.edit(URI, key + 2, ((line, 4 + key), (line, 4 + key), "x"))
            if not key % 4:
                where = {"textDocument": {"uri": URI}}
                where |= {"position": {"line": line, "character": 5 + key}}
                where |= {"context": {"triggerKind": 2}}
                server.ask(key, "textDocument/inlineCompletion", where)
            waits.append(await _ping(server, 20_000 + key))
            await asyncio.sleep(0.1)
            waits.append(await _ping(server, 30_000 + key))
        return opening, waits


async def _ping(server: Raw, identifier: int) -> float:
    started = time.perf_counter()
    server.ask(identifier, "no/such", None)
    await server.answer(identifier)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    asyncio.run(main([float(size) for size in sys.argv[1:]] or [1.0, 10.0]))
