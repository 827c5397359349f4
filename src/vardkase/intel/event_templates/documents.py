"""Event templates as documents, as another instance imports them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vardkase.intel.event_templates.models import EventTemplate
from vardkase.misp.version import MISP_VERSION


def exported(template: EventTemplate) -> dict[str, Any]:
    """The template without its owner, as `services.import_template` reads it."""
    meta = {
        "misp_version": MISP_VERSION,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "event_template_schema_version": 1,
    }
    content = {
        "uuid": str(template.uuid),
        "name": template.name,
        "description": template.description or None,
        "version": template.version,
        "distribution": int(template.all_orgs),
        "active": template.active,
        "definition": template.definition,
    }
    return {"_meta": meta, "template": content}
