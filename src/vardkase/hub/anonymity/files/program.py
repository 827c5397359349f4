"""Cleans one file. Runs inside a sandbox process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vardkase.core.sandbox.program import Answerer
from vardkase.hub.anonymity.files.kinds import cleaned

PIECE = 4 * 1024 * 1024


def open_job(arguments: dict[str, Any]) -> Answerer:
    def answer(document: bytes) -> Iterator[bytes]:
        content = cleaned(arguments["name"], document)
        for place in range(0, len(content), PIECE):
            yield content[place : place + PIECE]

    return answer
