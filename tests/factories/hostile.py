"""Text that would run as script, style, template or link if a page took it for markup, in every stored free text."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, JSONField, Model

from tests.factories.samples import SECRET

type AnyField = Field[Any, Any]

LONGEST = 1_000

MARKUP = (
    "\"'></title></textarea></script><script>evil()</script><img src=x onerror=evil()><svg/onload=evil()>"
    "{{evil}}{%evil%}${evil()} [x](javascript:evil()) \" onfocus=evil() autofocus x=' \u202ex\u2066\u200b&lt;b&gt;"
)
LINK = "javascript:evil()//"

LINKS = frozenset({"url", "ref", "landingpage", "source", "baseurl", "address", "reference", "website"})
"""What a page might make a link of."""
CODES = frozenset(
    {
        "account_start", "act", "action", "api_root", "attribute_type", "authkey_end", "authkey_start", "authority",
        "body", "category", "certif_public", "collection_uuid", "colour", "credential", "digest", "direction",
        "element_type", "fault_code", "fingerprint", "fixed_standing", "formula", "gpgkey", "hash", "icon", "issuer",
        "key_data", "kind", "language", "max_execution_time", "memory_limit", "message_id", "name_skeleton",
        "nationality", "network_json", "number", "object_type", "openpgp_key", "part", "password", "pem", "period",
        "proposed_with", "referenced_type", "related_object_type", "rhythm", "schema", "setting", "state", "step",
        "stix_id", "target_kind", "technique", "theme", "thing_kind", "topic", "type", "version", "of", "envelope",
        "data_sha256", "sha256", "template_uuid", "external_auth_key", "answered_with", "measure", "module",
        "organisation_number", "county", "subject_state", "item",
    }
)  # fmt: skip
"""Columns that hold a word of the program, a digest, or a secret."""
LEFT = frozenset(
    {
        "core.OutgoingMail",
        "core.ScheduledTask",
        "core.SettingValue",
        "identity.Role",
        "knowledge.KnowledgeSource",
        "knowledge.ObjectTemplateElement",  # Its definition knows it by the relation.
    }
)
"""Tables whose names the program looks up."""


def fill_with_hostile_text() -> int:
    """Replaces every free text of every row; returns how many columns were filled."""
    models = [model for model in apps.get_models() if model.__module__.startswith("vardkase.")]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # Published rows may not be changed.
        return sum(
            _fill(cursor, model, field)
            for model in models
            if model._meta.label not in LEFT
            for field in model._meta.concrete_fields
        )


def _fill(cursor: CursorWrapper, model: type[Model], field: AnyField) -> bool:
    table, column = model._meta.db_table, field.column
    if isinstance(field, JSONField):
        changed, condition = f'replace("{column}"::text, %s, %s)::jsonb', f'"{column}"::text LIKE %s'
        parameters: tuple[str | int, ...] = (SECRET, json.dumps(MARKUP)[1:-1], f"%{SECRET}%")
    elif _is_free_text(field):
        text, key = ("%s || ", f'"{_key(model)}"') if field.name in LINKS else (f'"{_key(model)}" || %s', "")
        changed, condition = f"left({text}{key}, %s)", f"\"{column}\" <> ''"
        parameters = (LINK if field.name in LINKS else MARKUP, field.max_length or LONGEST)
    else:
        return False
    cursor.execute(f'UPDATE "{table}" SET "{column}" = {changed} WHERE {condition}', parameters)
    return bool(cursor.rowcount)


def _key(model: type[Model]) -> str:
    """Of the row; it keeps apart what is unique."""
    return str(model._meta.pk.column)


def _is_free_text(field: AnyField) -> bool:
    if field.get_internal_type() not in ("CharField", "TextField") or field.choices or field.primary_key:
        return False
    return field.name not in CODES and not field.name.startswith("encrypted_")
