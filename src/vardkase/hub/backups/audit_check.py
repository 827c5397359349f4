"""Verifies the audit log of a restored database, by the rules of the log itself."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection

from vardkase.audit.chain.documents import verify_database
from vardkase.audit.models import AuditEntry


def verify_audit(restored: psycopg.Connection[Any]) -> str:
    """How many links and checkpoints are whole. Raises ValueError with what is not."""
    # The rules ask by Django's connection: it is that of the restored database for the moment.
    hub = dict(connection.settings_dict)
    there = {
        "HOST": restored.info.host,
        "USER": restored.info.user,
        "NAME": restored.info.dbname,
        # Nothing of a schema that the hub's own role may have made.
        "OPTIONS": {"options": "-c search_path=public"},
    }
    connection.close()
    connection.settings_dict.update({**there, "PORT": str(restored.info.port), "PASSWORD": ""})
    try:
        return checked_log()
    finally:
        connection.close()
        connection.settings_dict.update(hub)


def checked_log() -> str:
    """The same of the database in use, as of its newest entry."""
    # What was written after the last checkpoint before a backup is not late because the backup is old.
    newest = AuditEntry.objects.order_by("-pk").values_list("created", flat=True).first()
    result = verify_database(at=newest)
    if result.findings:
        raise ValueError(" ".join(map(str, result.findings[:5])))
    if newest and not result.proved:
        raise ValueError(str(result.not_proved()))
    return f"{result.links} links, {result.checkpoints} checkpoints"
