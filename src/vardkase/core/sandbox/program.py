"""Protocol for programs run in the sandbox: a module with ``open_job(arguments)``, which returns an `Answerer`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

type Answerer = Callable[[bytes], Iterable[bytes]]
"""Yields the pieces that answer one document."""


class Refused(Exception):
    """The document is invalid: `code` is that of a problem, such as ``import.not_xml``, `params` what fills its text.

    By name, so that a program need not load Django.
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code, params)

    def as_json(self) -> dict[str, Any]:
        """As `problem_from_json` reads it."""
        return {"code": self.code, "params": self.params}
