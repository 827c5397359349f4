"""Protocol for programs run in the sandbox: a module with ``open_job(arguments)``, which returns an `Answerer`.

A program may declare and raise problems but not word them: it has neither settings nor a language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

type Answerer = Callable[[bytes], Iterable[bytes]]
"""Yields the pieces that answer one document; raises Invalid for a document that is not what it should be."""
