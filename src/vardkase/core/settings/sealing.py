"""Encryption of secret settings at rest, with a marker so that readers need not know which are secret."""

from __future__ import annotations

import json
from typing import Any

from vardkase.core.secrets import SecretStore

SAFE = SecretStore("settings")
MARK = "encrypted"


def sealed(value: bool | int | str) -> dict[str, str]:
    return {MARK: SAFE.encrypt(json.dumps(value))}


def opened(stored: Any) -> Any:
    return json.loads(SAFE.decrypt(stored[MARK])) if isinstance(stored, dict) else stored
