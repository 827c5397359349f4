"""Where the hub keeps files since it was last started: a command of a shell with other settings does not know it."""

from __future__ import annotations

import os

from vardkase.core import files
from vardkase.core.settings.models import SettingValue

NAME = "files_in_use"


def note_place() -> None:
    """Called when the hub starts."""
    SettingValue.objects.update_or_create(name=NAME, defaults={"value": _written_once(files.place())})


def forget_place() -> None:
    """Called when a hub was restored: its files are where the restore put them, and it was not started yet."""
    SettingValue.objects.filter(name=NAME).delete()


def other_place() -> str:
    """The place that the hub was started with, if the settings of this process say another one; else empty."""
    noted = SettingValue.objects.filter(name=NAME).values_list("value", flat=True).first()
    return "" if noted is None or noted == _written_once(files.place()) else str(noted)


def _written_once(address: str) -> str:
    return address.rstrip("/") if address.startswith("s3://") else os.path.realpath(address)
