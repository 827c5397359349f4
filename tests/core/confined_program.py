"""A sandboxed program that misbehaves on request."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.sandbox.program import Answerer


def open_job(arguments: dict[str, Any]) -> Answerer:
    """Answers with the document twice, unless the document names a misdeed."""

    def answer(document: bytes) -> Iterator[bytes]:
        match document:
            case b"refuse":
                raise Invalid(CommonProblem.NOT_ACCEPTED(reason="not a document: å"))
            case b"fail":
                raise ZeroDivisionError("oh")
            case b"eat":
                bytearray(arguments["eats"])
            case b"spin":
                re.match(r"(a+)+$", "a" * 64 + "b")
            case b"sleep":
                time.sleep(60)
            case b"die":
                os._exit(3)
            case b"claim" | b"babble":
                _write_to_every_socket(b"\x00\xff\xff\xff\xff" if document == b"claim" else b"\xee\0\0\0\0")
            case b"environment":
                yield str(sorted(os.environ)).encode()
        yield document
        yield document

    return answer


def _write_to_every_socket(content: bytes) -> None:
    """Among them is the one to the parent, which libraries cannot name."""
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(descriptor.name))) as line:
            line.sendall(content)
