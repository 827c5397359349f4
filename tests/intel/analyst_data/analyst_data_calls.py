"""Adding and reading analyst data over the API."""

from __future__ import annotations

from typing import Any

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed

EVENT = "0f000000-0000-4000-8000-000000000001"
ATTRIBUTE = "0f000000-0000-4000-8000-000000000002"
OBJECT = "0f000000-0000-4000-8000-000000000003"
INSIDE = "0f000000-0000-4000-8000-000000000004"
REPORT = "0f000000-0000-4000-8000-000000000005"
NOTE = "0f000000-0000-4000-8000-00000000000a"
NOWHERE = "0f000000-0000-4000-8000-0000000000ff"


def make_event(by: ApiUser, **members: Any) -> dict[str, Any]:
    document = {
        "uuid": EVENT,
        "info": "Event",
        "distribution": 3,
        "Attribute": [{"uuid": ATTRIBUTE, "type": "ip-dst", "value": "198.51.100.7"}],
        "Object": [
            {
                "uuid": OBJECT,
                "name": "file",
                "meta-category": "file",
                "description": "d",
                "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
                "template_version": "24",
                "distribution": 5,
                "Attribute": [
                    {"uuid": INSIDE, "type": "filename", "value": "a.exe", "object_relation": "filename"}
                ],
            }
        ],
        "EventReport": [{"uuid": REPORT, "name": "Report", "content": "Text"}],
    }
    status, answer = call(by.key, "POST", "/events/add", document | members)
    assert status == 200, answer
    return dict(answer["Event"])


def add_analyst_data(
    by: ApiUser, about: str = f"{EVENT}/Event", kind: str = "Note", **members: Any
) -> dict[str, Any]:
    """Add one and return it as in the response."""
    status, answer = call(by.key, "POST", f"/analystData/add/{kind}/{about}", members)
    assert status == 200, answer
    assert list(answer) == [kind]
    return dict(answer[kind])


def listed_uuids(by: ApiUser, kind: str = "Note") -> list[str]:
    """The uuids of a kind that are listed for a user."""
    return [row[kind]["uuid"] for row in call(by.key, "GET", f"/analyst_data/index/{kind}")[1]]


def readers(seed: Seed, uuid: str) -> set[str]:
    """Which of the four organisations' users can read one."""
    api_users = {"a": seed.colleague, "b": seed.partner, "c": seed.stranger, "hub": seed.site_admin}
    shown = {
        name
        for name, api_user in api_users.items()
        if call(api_user.key, "GET", f"/analyst_data/view/all/{uuid}")[0] == 200
    }
    listed = {name for name, api_user in api_users.items() if uuid in listed_uuids(api_user)}
    minimal = {
        name
        for name, api_user in api_users.items()
        if (found := call(api_user.key, "POST", "/analyst_data/indexMinimal", {})[1])
        and uuid in found["Note"]
    }
    assert shown == listed == minimal
    return shown
