"""A real name server on loopback with configurable TXT records."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class NameServer:
    """`address` for the settings; `texts`: name without a final dot → its TXT records."""

    address: str
    texts: dict[str, list[str]] = field(default_factory=dict)
    fails: bool = False
    asked: list[str] = field(default_factory=list)


@contextmanager
def name_server() -> Iterator[NameServer]:
    """Run one for the length of a block."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        server = NameServer(f"127.0.0.1:{listening.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listening, server), daemon=True)
        thread.start()
        yield server
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"end", listening.getsockname())
        thread.join(5)


def _serve(listening: socket.socket, server: NameServer) -> None:
    while True:
        wire, peer = listening.recvfrom(4096)
        if wire == b"end":
            return
        listening.sendto(_answer(wire, server), peer)


def _answer(wire: bytes, server: NameServer) -> bytes:
    question = dns.message.from_wire(wire)
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.RA
    name = question.question[0].name.to_text().rstrip(".").lower()
    server.asked.append(name)
    texts = server.texts.get(name)
    if server.fails:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif not texts:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    else:
        quoted = [f'"{text}"' for text in texts]
        answer.answer.append(dns.rrset.from_text(question.question[0].name, 60, "IN", "TXT", *quoted))
    return answer.to_wire()
