"""Command groups that contain only the commands of the installation's profile."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from vardkase.cli.output import fail
from vardkase.hub.profiles import Profile, is_available, profile

WHOSE = {
    Profile.HUB: "is for a member's own platform, and this is a hub",
    Profile.MEMBER: "is a hub's, and this is a member's own platform",
}


class CommandGroup(TyperGroup):
    """A command group that hides the other profile's commands, and says which profile they belong to."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name in super().list_commands(ctx) if _holds(self.commands[name])]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = super().get_command(ctx, cmd_name)
        if found is not None and not _holds(found):
            reason = f"there is no such command: {cmd_name} {WHOSE[profile()]} (VARDKASE_PROFILE)."
            raise fail(reason, 2)
        return found


def _holds(command: Any) -> bool:
    if isinstance(command, TyperGroup):
        return any(map(_holds, command.commands.values()))
    return command.callback is None or is_available(command.callback)
