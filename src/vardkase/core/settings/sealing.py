"""Secret settings as they lie in the database: encrypted, and marked so that a reader need not know which they are."""

from __future__ import annotations

import json
from typing import Any

from vardkase.core.secrets import Safe

SAFE = Safe("settings")
MARK = "encrypted"


def sealed(value: bool | int | str) -> dict[str, str]:
    """What is stored of a secret `value`."""
    return {MARK: SAFE.encrypt(json.dumps(value))}


def opened(stored: Any) -> Any:
    """The value that was stored, sealed or not; raises InvalidToken when it was sealed under another SECRET_KEY."""
    return json.loads(SAFE.decrypt(stored[MARK])) if isinstance(stored, dict) else stored
