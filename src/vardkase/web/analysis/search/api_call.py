"""A search as a call of the API: JSON, curl and PyMISP."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.analysis.search.filters import Scope
from vardkase.web.ui.json_text import indented_json

KEY = "YOUR_API_KEY"
PYMISP = {
    "type": "type_attribute",
    "from": "date_from",
    "to": "date_to",
    "excludeDecayed": "exclude_decayed",
}
"""Parameters that PyMISP's `search` has under other names; it hands on all that it does not know."""


@dataclass(frozen=True, slots=True)
class ApiCall:
    path: str
    body: str
    curl: str
    pymisp: str


def api_call(base_url: str, scope: Scope, filters: Mapping[str, Any]) -> ApiCall:
    """`base_url` is without a trailing slash."""
    path = f"/{scope.value}/restSearch"
    body = {"returnFormat": "json", **filters}
    curl = (
        f"curl -H 'Authorization: {KEY}' -H 'Accept: application/json' -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(json.dumps(body, ensure_ascii=False))} \\\n"
        f"  {shlex.quote(base_url + path)}"
    )
    return ApiCall(path, indented_json(body), curl, _pymisp(base_url, scope, filters))


def _pymisp(base_url: str, scope: Scope, filters: Mapping[str, Any]) -> str:
    named = {PYMISP.get(name, name): value for name, value in filters.items()}
    arguments = [f"    {name}={value!r}," for name, value in named.items() if name.isidentifier()]
    others = {name: value for name, value in named.items() if not name.isidentifier()}
    arguments += [f"    **{others!r},"] if others else []
    return "\n".join(
        (
            "from pymisp import PyMISP",
            "",
            f"misp = PyMISP({base_url!r}, {KEY!r})",
            "found = misp.search(",
            f"    controller={scope.value!r},",
            *arguments,
            ")",
        )
    )
