"""Lists: warninglists, notices, import regexps, what does not correlate, blocklists, decaying models."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row

from vardkase.analysis.correlation.models import CorrelationRule
from vardkase.analysis.correlation.rule_services import fill_rule
from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor
from vardkase.hub.move_in.content.tags import NO_CONTENT
from vardkase.hub.move_in.content.upserts import Upsert, flag, json, made_uuid, moment, text, texts, uuid
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved
from vardkase.knowledge.import_expressions.models import ImportExpression
from vardkase.knowledge.import_expressions.rules import check_groups, read_regexp, read_replacement, read_type
from vardkase.knowledge.warninglists.entries import write_entries
from vardkase.knowledge.warninglists.loader import store_enabled
from vardkase.knowledge.warninglists.models import Warninglist

NOT_FILTERED = (
    "Exports are not filtered by expressions here: use a warninglist of the values that must not leave."
)
COMPUTED = "How often a value occurs is counted here anew."


def take_warninglists(taking: Taking) -> None:
    taking.execute("warninglists whose state was taken over", WARNINGLIST_STATES)
    store_enabled()
    taking.leave_out_rows("warninglists", NO_CONTENT, UNKNOWN_WARNINGLISTS)
    changed = cursor().execute(
        f"WITH written AS ({WARNINGLISTS.sql} RETURNING id) SELECT id FROM written ORDER BY id"
    )
    numbers = [row[0] for row in changed.fetchall()]
    for warninglist in Warninglist.objects.filter(pk__in=numbers):
        rows = cursor().execute(
            "SELECT value, comment FROM move_in.warninglist_entries WHERE warninglist_id = %s ORDER BY id",
            (warninglist.pk,),
        )
        write_entries(warninglist, dict(rows.fetchall()))
    taking.count("warninglists", len(numbers))
    ids_reserved("warninglist")


def take_noticelists(taking: Taking) -> None:
    taking.execute("noticelists whose state was taken over", NOTICELIST_STATES)
    own = cursor().execute(f"WITH written AS ({NOTICELISTS.sql} RETURNING id) SELECT id FROM written")
    numbers = [row[0] for row in own.fetchall()]
    taking.count("noticelists", len(numbers))
    taking.execute("notices", NOTICES, {"ids": numbers})
    ids_reserved("noticelist")


def take_regexps(taking: Taking) -> None:
    rows = cursor(row_factory=dict_row).execute("SELECT * FROM move_in.regexp ORDER BY id").fetchall()
    here = {row.pk: (row.regexp, row.replacement, row.type) for row in ImportExpression.objects.all()}
    for row in rows:
        try:
            expression = _expression(row)
        except Invalid as error:
            taking.leave_out("import regexps", [row["regexp"]], f"This hub does not accept it: {error}")
            continue
        if here.get(expression.pk) != (expression.regexp, expression.replacement, expression.type):
            expression.save()
            taking.count("import regexps", 1)
    taking.leave_out_rows(
        "allowed-list expressions", NOT_FILTERED, "SELECT name FROM move_in.allowedlist ORDER BY id"
    )
    ids_reserved("import_expression")


def take_correlation_lists(taking: Taking) -> None:
    taking.execute("correlation exclusions", EXCLUSIONS.sql)
    for row in cursor(row_factory=dict_row).execute(NEW_RULES).fetchall():
        rule = CorrelationRule(pk=row["id"], uuid=row["uuid"], timestamp=row["timestamp"])
        try:
            fill_rule(
                rule, {name: row[name] for name in ("name", "comment", "selector_type", "selector_list")}
            )
        except Invalid as error:
            taking.leave_out("correlation rules", [row["name"]], f"This hub does not accept it: {error}")
            continue
        rule.save()
        taking.count("correlation rules", 1)
    taking.leave_out_rows(
        "over-correlating values", COMPUTED, "SELECT value FROM move_in.over_correlating_values ORDER BY id"
    )
    ids_reserved("correlation_exclusion", "correlation_rule")


def take_blocklists(taking: Taking) -> None:
    for kind, (staged, identifier, info, orgc) in BLOCKLISTS.items():
        columns = {
            "kind": f"'{kind}'",
            "uuid": f"s.{identifier}::uuid",
            "created": moment("s.created"),
            "info": text(f"s.{info}"),
            "orgc": f"left({text(f's.{orgc}')}, 255)" if orgc else "''",
            "comment": text("s.comment"),
        }
        source = (
            f"(SELECT DISTINCT ON (lower({identifier})) * FROM move_in.{staged} "
            f"WHERE pg_input_is_valid({identifier}, 'uuid') ORDER BY lower({identifier}), id) s"
        )
        upsert = Upsert("blocklist_entry", columns, source, key="kind, uuid", first={"blocked_amount": "0"})
        taking.execute(BLOCKED[kind], upsert.sql)
        taking.leave_out_rows(
            "blocklist entries", "It has no valid UUID.",
            f"SELECT {identifier} FROM move_in.{staged} WHERE NOT pg_input_is_valid({identifier}, 'uuid')",
        )  # fmt: skip


def take_decaying_models(taking: Taking) -> None:
    taking.execute("decaying models whose state was taken over", MODEL_STATES)
    taking.execute("decaying models", MODELS.sql)
    cursor().execute(FORGET_MAPPINGS)
    taking.execute("types that decaying models are used for", MAPPINGS)
    ids_reserved("decaying_model", "decaying_model_mapping")


def _expression(row: dict[str, Any]) -> ImportExpression:
    expression = ImportExpression(
        pk=row["id"],
        regexp=read_regexp(row["regexp"]),
        replacement=read_replacement(row["replacement"] or ""),
        type=read_type(row["type"] or "ALL"),
    )
    check_groups(expression)
    return expression


WARNINGLIST_STATES = """
UPDATE warninglist here SET enabled = s.enabled <> 0 FROM move_in.warninglists s
WHERE s.name = here.name AND here.enabled IS DISTINCT FROM (s.enabled <> 0)
"""
UNKNOWN_WARNINGLISTS = """
SELECT s.name FROM move_in.warninglists s WHERE NOT EXISTS (SELECT 1 FROM warninglist w WHERE w.name = s.name)
AND NOT EXISTS (SELECT 1 FROM move_in.warninglist_entries e WHERE e.warninglist_id = s.id)
"""
WARNINGLISTS = Upsert(
    "warninglist",
    {
        "id": "s.id",
        "name": "s.name",
        "type": "coalesce(s.type, 'string')",
        "description": text("s.description"),
        "version": "coalesce(s.version, 0)",
        "enabled": flag("s.enabled"),
        # A packaged list that this hub's package lacks is kept up by nobody, so it becomes the hub's own.
        "default": "FALSE",
        "category": "coalesce(nullif(s.category, ''), 'false_positive')",
        "matching_attributes": "ARRAY(SELECT t.type FROM move_in.warninglist_types t "
        "WHERE t.warninglist_id = s.id AND t.type <> 'ALL' ORDER BY t.id)",
        "revision": "coalesce((SELECT w.revision FROM warninglist w WHERE w.name = s.name), s.id)",
    },
    "move_in.warninglists s WHERE EXISTS (SELECT 1 FROM move_in.warninglist_entries e WHERE e.warninglist_id = s.id) "
    'AND NOT EXISTS (SELECT 1 FROM warninglist w WHERE w.name = s.name AND w."default")',
    same="name",
    first={"entry_count": "0"},
)

NOTICELIST_STATES = """
UPDATE noticelist here SET enabled = s.enabled <> 0 FROM move_in.noticelists s
WHERE s.name = here.name AND here.enabled IS DISTINCT FROM (s.enabled <> 0)
"""
NOTICELISTS = Upsert(
    "noticelist",
    {
        "id": "s.id",
        "name": "s.name",
        "expanded_name": text("s.expanded_name"),
        "ref": texts("s.ref"),
        "geographical_area": texts("s.geographical_area"),
        "version": "coalesce(s.version, 1)",
        "enabled": flag("s.enabled"),
    },
    "move_in.noticelists s WHERE NOT EXISTS (SELECT 1 FROM noticelist n WHERE n.name = s.name)",
    same="name",
)
NOTICES = """
INSERT INTO noticelist_entry (noticelist_id, data)
SELECT s.noticelist_id, s.data::jsonb FROM move_in.noticelist_entries s
WHERE s.noticelist_id = ANY(%(ids)s::bigint[]) AND pg_input_is_valid(s.data, 'jsonb') ORDER BY s.id
"""

EXCLUSIONS = Upsert(
    "correlation_exclusion",
    {"id": "s.id", "value": "s.value", "comment": text("s.comment"), "from_json": flag("s.from_json")},
    "move_in.correlation_exclusions s WHERE s.value <> ''",
)
NEW_RULES = f"""
SELECT s.*, {made_uuid("s.uuid", "correlation_rules")}::text AS uuid FROM move_in.correlation_rules s
WHERE NOT EXISTS (SELECT 1 FROM correlation_rule r WHERE r.id = s.id AND r.timestamp >= s.timestamp) ORDER BY s.id
"""

BLOCKED = {
    "event": "blocked events",
    "organisation": "blocked organisations",
    "sighting_organisation": "blocked sightings",
    "galaxy_cluster": "blocked clusters",
    "analyst_data": "blocked analyst data",
}
"""By kind, what its entries are."""
BLOCKLISTS = {
    "event": ("event_blocklists", "event_uuid", "event_info", "event_orgc"),
    "organisation": ("org_blocklists", "org_uuid", "org_name", ""),
    "sighting_organisation": ("sighting_blocklists", "org_uuid", "org_name", ""),
    "galaxy_cluster": ("galaxy_cluster_blocklists", "cluster_uuid", "cluster_info", "cluster_orgc"),
    "analyst_data": (
        "analyst_data_blocklists",
        "analyst_data_uuid",
        "analyst_data_info",
        "analyst_data_orgc",
    ),
}
"""Staging table, and its columns of `uuid`, `info` and `orgc`."""

MODEL_STATES = """
UPDATE decaying_model here SET enabled = s.enabled <> 0 FROM move_in.decaying_models s
WHERE here."default" AND s.id = here.id AND s.uuid = here.uuid::text
AND here.enabled IS DISTINCT FROM (s.enabled <> 0)
"""
MODELS = Upsert(
    "decaying_model",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "decaying_models"),
        "name": "s.name",
        "description": text("s.description"),
        "parameters": json("s.parameters", "{}"),
        "attribute_types": texts("s.attribute_types"),
        "ref": texts("s.ref"),
        "formula": "left(s.formula, 40)",
        "version": "CASE WHEN s.version ~ '^[0-9]{1,9}$' THEN s.version::int ELSE 1 END",
        "org_id": "o.id",
        "enabled": flag("s.enabled"),
        "all_orgs": flag("s.all_orgs"),
        "default": flag('s."default"'),
    },
    "move_in.decaying_models s "
    # MISP's packaged models have no owner.
    "JOIN organisation o ON o.id = coalesce(nullif(s.org_id, 0), (SELECT min(id) FROM organisation WHERE local)) "
    'WHERE NOT EXISTS (SELECT 1 FROM decaying_model d WHERE d."default" AND d.uuid = '
    f"{uuid('s.uuid')})",
    same="uuid",
)
FORGET_MAPPINGS = """
DELETE FROM decaying_model_mapping here USING move_in.decaying_models s WHERE here.model_id = s.id
AND NOT EXISTS (SELECT 1 FROM move_in.decaying_model_mappings m
                WHERE m.model_id = s.id AND m.attribute_type = here.attribute_type)
"""
MAPPINGS = """
INSERT INTO decaying_model_mapping (model_id, attribute_type)
SELECT s.model_id, left(s.attribute_type, 100) FROM move_in.decaying_model_mappings s
JOIN decaying_model d ON d.id = s.model_id GROUP BY 1, 2 ORDER BY min(s.id) ON CONFLICT DO NOTHING
"""

LIST_STEPS = (
    Step("warninglists", ("warninglists", "warninglist_entries", "warninglist_types"), take_warninglists),
    Step("noticelists", ("noticelists", "noticelist_entries"), take_noticelists),
    Step("import_regexps", ("regexp", "allowedlist"), take_regexps),
    Step(
        "correlation_lists",
        ("correlation_exclusions", "correlation_rules", "over_correlating_values"),
        take_correlation_lists,
    ),
    Step("blocklists", tuple(staged for staged, *_ in BLOCKLISTS.values()), take_blocklists),
    Step("decaying_models", ("decaying_models", "decaying_model_mappings"), take_decaying_models),
)
