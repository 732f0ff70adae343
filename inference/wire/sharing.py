"""How a server that others use, too, is to be asked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a server that others use, too, is to be asked.

    Attributes:
        session_header: the header that tells a router which repository a request is of,
            so that one replica has read it; empty sends none.
        cache_salt: who gives another one doesn't share what the server has read; empty
            sends none.
        ca_file: certificates of the authorities to trust; empty means the system's.
        connect_s: until a connection counts as failed.
        read_s: until a silence counts as the server's end.
    """

    session_header: str = ""
    cache_salt: str = field(default="", repr=False)
    ca_file: str = ""
    connect_s: float = 5.0
    read_s: float = 60.0
