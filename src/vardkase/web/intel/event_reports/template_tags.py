"""A report as a published version of its event has it."""

from __future__ import annotations

from uuid import UUID

from django import template
from django.utils.safestring import SafeString

from vardkase.formats.misp_json.published import PublishedEvent, PublishedObject, PublishedReport
from vardkase.intel.event_reports.references import (
    MOST_VALUES,
    ObjectValue,
    ReferencedAttribute,
    ReferencedObject,
    ResolvedReferences,
)
from vardkase.misp.report_references import BY_UUID, references
from vardkase.web.intel.event_reports.rendering import rendered_with

register = template.Library()


@register.simple_tag
def published_report(event: PublishedEvent, report: PublishedReport) -> SafeString:
    """What it refers to is what the version has; what it does not have is missing."""
    text = report.content or ""
    wanted = {each.target for each in references(text) if each.kind in BY_UUID}
    attributes = {
        one.uuid: ReferencedAttribute(
            int(one.id), int(event.id), UUID(one.uuid), one.type, one.value, one.to_ids, has_file=False
        )
        for one in event.attributes
        if one.uuid in wanted
    }
    objects = {
        each.uuid: ReferencedObject(int(each.id), int(event.id), UUID(each.uuid), each.name, _values(each))
        for each in event.Object
        if each.uuid in wanted
    }
    return rendered_with(ResolvedReferences(int(event.id), attributes, objects), text)


def _values(each: PublishedObject) -> list[ObjectValue]:
    return [
        ObjectValue(one.object_relation or "", one.type, one.value, one.to_ids)
        for one in each.Attribute[:MOST_VALUES]
    ]
