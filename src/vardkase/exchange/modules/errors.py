"""What can go wrong between the hub and a module."""

from __future__ import annotations

from vardkase.core.errors import VardkaseError


class ModulesUnreachable(VardkaseError):
    """The module server does not answer, or not as one."""

    def __init__(self) -> None:
        super().__init__("Module service not reachable.")


class ModuleFailed(VardkaseError):
    """A module could not do what it was asked; the text is the module's."""
