"""Object templates that this hub's package does not have, and event templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psycopg.rows import dict_row

from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor, from_jsonb
from vardkase.hub.move_in.content.tags import NO_CONTENT
from vardkase.hub.move_in.content.upserts import Upsert, flag, json, text, uuid
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved
from vardkase.intel.event_templates.definition import read_definition
from vardkase.intel.event_templates.models import EventTemplate

NO_COMPLEX = (
    "It let the type of a value be recognised; here the form asks for the first type of its category."
)


def take_object_templates(taking: Taking) -> None:
    execute = cursor().execute
    taking.execute("object templates whose state was taken over", TEMPLATE_STATES)
    taking.leave_out_rows("object templates", NO_CONTENT, UNKNOWN_TEMPLATES)
    changed = execute(f"WITH written AS ({TEMPLATES.sql} RETURNING id) SELECT id FROM written").fetchall()
    numbers = {"ids": [row[0] for row in changed]}
    taking.count("object templates", len(changed))
    execute("DELETE FROM object_template_element WHERE object_template_id = ANY(%(ids)s::bigint[])", numbers)
    taking.execute("elements of object templates", ELEMENTS, numbers)
    ids_reserved("object_template")


def take_event_templates(taking: Taking) -> None:
    """MISP 2.4's templates, as the forms of this hub. Those that MISP itself brings are of no organisation here."""
    for row in cursor(row_factory=dict_row).execute(EVENT_TEMPLATES).fetchall():
        if row["org_id"] is None:
            why = "The organisation that made it is not here; MISP’s own are replaced by those of this hub."
            taking.leave_out("event templates", [row["name"]], why)
            continue
        try:
            definition = _definition(row)
            read_definition(definition)
        except Invalid as error:
            taking.leave_out("event templates", [row["name"]], f"This hub does not accept it: {error}")
            continue
        if any(element["type_name"] in FIRST_TYPES for element in from_jsonb(row["elements"])):
            taking.leave_out("recognised types in event templates", [row["name"]], NO_COMPLEX)
        stored = EventTemplate.objects.filter(pk=row["id"]).first()
        if stored is None or stored.definition != definition:
            template = EventTemplate(
                pk=row["id"],
                uuid=row["uuid"],
                name=row["name"],
                description=row["description"] or "",
                org_id=row["org_id"],
                all_orgs=bool(row["share"]),
                definition=definition,
            )
            template.save()
            taking.count("event templates", 1)
    ids_reserved("event_template")


def _definition(template: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "uuid": str(template["uuid"]),
        "name": template["name"],
        "description": template["description"] or "",
        "event_defaults": {"tags": [{"name": name} for name in template["tags"]]},
        "structure": list(_structure(from_jsonb(template["elements"]))),
    }


def _structure(elements: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for element in elements:
        identifier = f"element_{element['id']}"
        if element["kind"] == "text":
            yield {"type": "section", "id": identifier, "label": element["name"] or "–"}
            if element["description"]:
                yield {"type": "text_block", "id": f"{identifier}_text", "content": element["description"]}
            continue
        field = {
            "id": identifier,
            "label": element["name"] or "–",
            "help": element["description"] or None,
            "mandatory": bool(element["mandatory"]),
            "repeatable": bool(element["batch"]),
        }
        if element["kind"] == "file":
            yield {
                "type": "file_field",
                "as": "malware-sample" if element["malware"] else "attachment",
                **field,
            }
        else:
            misp = {
                "category": element["category"],
                "type": FIRST_TYPES.get(element["type_name"], element["type_name"]),
                "to_ids_default": bool(element["to_ids"]),
            }
            yield {"type": "attribute_field", "misp": misp, **field}


FIRST_TYPES = {"CnC": "domain", "File": "filename"}
"""MISP's complex types, of which each value's own type is recognised, and the type that the form here asks for."""

TEMPLATE_STATES = f"""
UPDATE object_template here SET active = s.active <> 0 FROM move_in.object_templates s
WHERE here.uuid = {uuid("s.uuid")} AND here.version = s.version AND here.active IS DISTINCT FROM (s.active <> 0)
"""
UNKNOWN_TEMPLATES = f"""
SELECT s.name || ' version ' || s.version FROM move_in.object_templates s
WHERE NOT EXISTS (SELECT 1 FROM object_template t WHERE t.uuid = {uuid("s.uuid")} AND t.version = s.version)
AND NOT EXISTS (SELECT 1 FROM move_in.object_template_elements e WHERE e.object_template_id = s.id) ORDER BY s.id
"""
DEFINITION = f"""
jsonb_strip_nulls(jsonb_build_object(
    'uuid', lower(s.uuid), 'name', s.name, 'version', s.version, 'meta-category', s."meta-category",
    'description', coalesce(s.description, ''),
    'attributes', (
        SELECT jsonb_object_agg(e.object_relation, jsonb_build_object(
            'misp-attribute', e.type, 'ui-priority', e."ui-priority", 'description', coalesce(e.description, ''),
            'categories', {json("nullif(e.categories, '[]')", "null")},
            'sane_default', {json("nullif(e.sane_default, '[]')", "null")},
            'values_list', {json("nullif(e.values_list, '[]')", "null")},
            'disable_correlation', CASE WHEN e.disable_correlation <> 0 THEN TRUE END,
            'multiple', CASE WHEN e.multiple <> 0 THEN TRUE END))
        FROM move_in.object_template_elements e WHERE e.object_template_id = s.id)
) || {json("s.requirements", "{}")})
"""
TEMPLATES = Upsert(
    "object_template",
    {
        "id": "s.id",
        "uuid": "s.uuid::uuid",
        "name": text("s.name"),
        "meta_category": text('s."meta-category"'),
        "description": text("s.description"),
        "version": "s.version",
        "fixed": flag("s.fixed"),
        "active": flag("s.active"),
        # Packaged templates belong to nobody here; MISP gives them to who updated them.
        "user_id": "CASE WHEN s.fixed <> 0 THEN 0 ELSE coalesce(s.user_id, 0) END",
        "org_id": "CASE WHEN s.fixed <> 0 THEN 0 ELSE coalesce(s.org_id, 0) END",
        "definition": DEFINITION,
    },
    "move_in.object_templates s WHERE pg_input_is_valid(s.uuid, 'uuid') "
    "AND EXISTS (SELECT 1 FROM move_in.object_template_elements e WHERE e.object_template_id = s.id) "
    f"AND NOT EXISTS (SELECT 1 FROM object_template t WHERE t.fixed AND t.uuid = {uuid('s.uuid')} "
    "AND t.version = s.version)",
    same="uuid",
)
ELEMENTS = f"""
INSERT INTO object_template_element (object_template_id, object_relation, type, ui_priority, categories, sane_default,
    values_list, description, disable_correlation, multiple)
SELECT s.object_template_id, s.object_relation, s.type, coalesce(s."ui-priority", 0), {json("s.categories", "[]")},
    {json("s.sane_default", "[]")}, {json("s.values_list", "[]")}, coalesce(s.description, ''),
    s.disable_correlation <> 0, coalesce(s.multiple <> 0, FALSE)
FROM move_in.object_template_elements s WHERE s.object_template_id = ANY(%(ids)s::bigint[]) ORDER BY s.id
"""

EVENT_TEMPLATES = """
SELECT s.*, md5('templates ' || s.id)::uuid AS uuid,
    (SELECT min(o.id) FROM organisation o JOIN move_in.organisations m ON m.id = o.id WHERE m.name = s.org) AS org_id,
    ARRAY(SELECT t.name FROM move_in.template_tags l JOIN move_in.tags t ON t.id = l.tag_id
          WHERE l.template_id = s.id ORDER BY l.id) AS tags,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', e.id, 'kind', e.element_definition, 'name', coalesce(a.name, f.name, x.name),
        'description', coalesce(a.description, f.description, x.text), 'category', coalesce(a.category, f.category),
        'type_name', a.type, 'to_ids', a.to_ids = 1, 'mandatory', coalesce(a.mandatory, f.mandatory) = 1,
        'batch', coalesce(a.batch, f.batch) = 1, 'malware', f.malware = 1) ORDER BY e.position, e.id), '[]')
     FROM move_in.template_elements e
     LEFT JOIN move_in.template_element_attributes a
        ON e.element_definition = 'attribute' AND a.template_element_id = e.id
     LEFT JOIN move_in.template_element_files f ON e.element_definition = 'file' AND f.template_element_id = e.id
     LEFT JOIN move_in.template_element_texts x ON e.element_definition = 'text' AND x.template_element_id = e.id
     WHERE e.template_id = s.id) AS elements
FROM move_in.templates s ORDER BY s.id
"""

TEMPLATE_STEPS = (
    Step("object_templates", ("object_templates", "object_template_elements"), take_object_templates),
    Step(
        "event_templates",
        (
            "templates",
            "template_elements",
            "template_element_attributes",
            "template_element_files",
            "template_element_texts",
            "template_tags",
        ),
        take_event_templates,
    ),
)
