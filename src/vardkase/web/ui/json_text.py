"""JSON for people, who read and change it."""

from __future__ import annotations

import json
from typing import Any


def indented_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
