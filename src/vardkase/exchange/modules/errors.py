"""Errors of communication with modules."""

from __future__ import annotations

from vardkase.core.errors import VardkaseError
from vardkase.exchange.modules.problems import ModuleProblem


class ModulesUnreachable(VardkaseError):
    """The module server does not respond, or not as a module server."""

    def __init__(self) -> None:
        super().__init__(ModuleProblem.UNREACHABLE())


class ModuleFailed(VardkaseError):
    """A module failed; the text is the module's."""


class TooManyExports(VardkaseError):
    """`wait`: seconds until the account may use export modules again."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(ModuleProblem.TOO_MANY_EXPORTS())
