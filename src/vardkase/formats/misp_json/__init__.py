"""MISP JSON from the database: whole documents, streamed, limited to what the reader may see."""

from vardkase.formats.misp_json.event_index import event_index
from vardkase.formats.misp_json.events import (
    event_document,
    event_parts,
    events_document,
    export_events,
    separate_events,
)
from vardkase.formats.misp_json.listed_attributes import (
    attribute_dict,
    attribute_pages,
    attributes_document,
    find_attributes,
    split_attributes,
)
from vardkase.formats.misp_json.listed_objects import object_dict, object_list, objects_document
from vardkase.formats.misp_json.options import (
    AttributeOptions,
    Condition,
    Deleted,
    EventOptions,
    ObjectOptions,
)
from vardkase.formats.misp_json.proposals import proposal_rows
from vardkase.formats.misp_json.references import reference_rows
from vardkase.formats.misp_json.report_elements import report_elements
from vardkase.formats.misp_json.reports import report_dict, report_list
from vardkase.formats.misp_json.selection import Chosen, chosen_ids
from vardkase.formats.misp_json.sightings import SightingOptions, sighting_pages, sighting_rows

__all__ = [
    "AttributeOptions",
    "Chosen",
    "Condition",
    "Deleted",
    "EventOptions",
    "ObjectOptions",
    "SightingOptions",
    "attribute_dict",
    "attribute_pages",
    "attributes_document",
    "chosen_ids",
    "event_document",
    "event_index",
    "event_parts",
    "events_document",
    "export_events",
    "find_attributes",
    "object_dict",
    "object_list",
    "objects_document",
    "proposal_rows",
    "reference_rows",
    "report_dict",
    "report_elements",
    "report_list",
    "separate_events",
    "sighting_pages",
    "sighting_rows",
    "split_attributes",
]
