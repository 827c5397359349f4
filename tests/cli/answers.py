"""A hub's responses to a site administrator over the API, as JSON: python -m tests.cli.answers KEY.

The responses in tests/data/former.json.xz are those of the version that made tests/data/former.sql.xz.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from django.test import Client

LISTS = ("organisations", "sharing_groups", "tags", "feeds", "roles", "auth_keys", "admin/users", "events")
EVENTS = 12
CHANGES_WHEN_READ = frozenset({"last_api_access", "last_used", "unique_ips"})


def answers(key: str) -> dict[str, Any]:
    client = Client(headers={"authorization": key, "accept": "application/json"})
    paths = [f"/{name}/index" for name in LISTS]
    paths += [f"/events/view/{number}" for number in range(1, EVENTS + 1)]
    found = {path: client.get(path) for path in paths}
    found["/attributes/restSearch"] = client.post(
        "/attributes/restSearch", {"limit": 1000, "includeCorrelations": 1}, content_type="application/json"
    )
    return {
        path: [response.status_code, _stable(json.loads(_body(response)))] for path, response in found.items()
    }


def _body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def _stable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stable(each) for name, each in value.items() if name not in CHANGES_WHEN_READ}
    return [_stable(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "vardkase.config.settings"
    import django

    django.setup()
    json.dump(answers(sys.argv[1]), sys.stdout, ensure_ascii=False, indent=0)
