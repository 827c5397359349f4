"""A module in the older format: reports its configuration and request, and misbehaves when the value says so."""

from __future__ import annotations

import json
import time
from typing import Any

ABOUT = {
    "version": "1",
    "description": "For tests.",
    "module-type": ["expansion", "hover"],
    "config": ["api_key", "region"],
}
ODD = [
    None,
    7,
    {"types": 5, "values": {"a": 1}},
    {"values": [["x"]]},
    {"types": ["md5"], "values": "no hash\0"},
]


def handler(q: bytes) -> Any:
    """Answer one request."""
    request = json.loads(q)
    value = request.get("domain") or request.get("attachment")
    match str(value).partition(".")[0]:
        case "fails":
            return {"error": "The other side is closed."}
        case "breaks":
            raise RuntimeError
        case "silent":
            return False
        case "odd":
            return {"results": ODD}
        case "slow":
            time.sleep(5)
    said = json.dumps({name: request.get(name) for name in ("config", "event_id", "data")})
    return {
        "results": [
            {"types": ["text"], "values": said, "comment": "What I was told"},
            {"types": ["ip-dst", "ip-src"], "values": ["203.0.113.5", "203.0.113.6"], "tags": ["tlp:amber"]},
            {"types": ["freetext"], "values": "see evil[.]com and 203.0.113.5"},
        ]
    }


def introspection() -> dict[str, Any]:
    """Input and output types."""
    return {"input": ["domain", "attachment"], "output": ["text"]}


def version() -> dict[str, Any]:
    """Description of the module."""
    return ABOUT
