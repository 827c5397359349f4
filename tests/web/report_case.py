"""An event with all that a report can refer to, and the forms of its editor."""

from __future__ import annotations

import base64
from typing import Any
from uuid import uuid4

from django.test import Client

from tests.factories.event_page import visitor
from tests.factories.seed import Seed
from tests.intel.event_reports.test_reports import make_event, make_report
from vardkase.intel.models import Attribute, Event

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
ATTRIBUTES = [
    {"type": "domain", "value": "evil.example", "distribution": 5},
    {"type": "domain", "value": "inside.example", "distribution": 0},
    {"type": "attachment", "value": "screen.png", "distribution": 5, "data": base64.b64encode(PNG).decode()},
    {
        "type": "attachment",
        "value": "page.png",
        "distribution": 5,
        "data": base64.b64encode(b"<script>x()</script>").decode(),
    },
]
OBJECT = {
    "name": "file",
    "meta-category": "file",
    "description": "File",
    "template_uuid": str(uuid4()),
    "template_version": "1",
    "distribution": 5,
    "Attribute": [{"type": "filename", "object_relation": "filename", "value": "bad.exe", "distribution": 5}],
}


class Case:
    """An event of the analyst with values, a picture and an object, published to the hub."""

    def __init__(self, seed: Seed, **members: Any) -> None:
        self.seed = seed
        self.web = visitor(seed.analyst)
        self.event = make_event(seed.analyst, Attribute=ATTRIBUTES, Object=[OBJECT], **members)
        self.url = f"/event/{self.event['id']}"
        self.uuids = {row.value: str(row.uuid) for row in Attribute.objects.filter(event=self.event["id"])}

    def reference(self, value: str, mark: str = "@") -> str:
        return f"{mark}[attribute]({self.uuids[value]})"

    def publish(self) -> None:
        Event.objects.filter(pk=self.event["id"]).update(published=True)

    def written(self, content: str, **members: Any) -> str:
        report = make_report(self.seed.analyst, self.event, content=content, **members)
        return f"{self.url}/report/{report['id']}/"

    def form(self, client: Client, path: str) -> dict[str, Any]:
        """The fields of the editor as a browser would send them."""
        form = client.get(path).context["form"]
        fields = {name: form[name].value() for name in form.fields}
        sent = {name: "" if value is None else str(value) for name, value in fields.items()}
        return sent | {"draft": str(form.draft_uuid), "go": "save"}
