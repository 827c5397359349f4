"""The settings of a MISP: its `config.php` as JSON, and what its database overrides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vardkase.core.errors import InvalidValue
from vardkase.core.sql import cursor
from vardkase.hub.move_in.problems import DumpProblem

LARGEST = 16 * 1024 * 1024


class MispSettings:
    """Settings by the name that MISP gives them: `MISP.baseurl`, `Security.advanced_authkeys`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def __getitem__(self, name: str) -> Any:
        """The value, None if it is not set."""
        return self.values.get(name)

    def is_on(self, name: str) -> bool:
        return str(self.values.get(name)).lower() in ("1", "true", "yes")


def given_settings(file: Path | None) -> bytes | None:
    """What is in the file, which is read once: what officers have approved is what counts."""
    if file is None:
        return None
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise InvalidValue(DumpProblem.SETTINGS_UNREADABLE()) from error
    if len(content) > LARGEST:
        raise InvalidValue(DumpProblem.SETTINGS_UNREADABLE())
    return content


def read_settings(content: bytes | None) -> MispSettings:
    """What was given, below what the table `system_settings` of the staged database says."""
    given: Any = {}
    if content is not None:
        try:
            given = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise InvalidValue(DumpProblem.SETTINGS_UNREADABLE()) from error
        if not isinstance(given, dict):
            raise InvalidValue(DumpProblem.SETTINGS_UNREADABLE())
    config = given.get("config.php", given)
    values = dict(_flat(config if isinstance(config, dict) else {}))
    # What is not set counts as off, so an empty file would let in the keys that MISP refuses.
    if content is not None and not any(name.startswith("Security.") for name in values):
        raise InvalidValue(DumpProblem.SETTINGS_OF_NO_MISP())
    for name, value in cursor().execute(
        "SELECT setting, convert_from(value, 'UTF8') FROM move_in.system_settings"
    ):
        try:
            values[name] = json.loads(value)
        except ValueError:  # Encrypted by MISP with a key that is not here.
            continue
    return MispSettings(values)


def _flat(config: dict[str, Any]) -> dict[str, Any]:
    """`{"MISP": {"live": true}}` → `{"MISP.live": true}`. Names are one or two levels deep."""
    flat: dict[str, Any] = {}
    for group, values in config.items():
        if isinstance(values, dict):
            flat.update({f"{group}.{name}": value for name, value in values.items()})
        else:
            flat[group] = values
    return flat
