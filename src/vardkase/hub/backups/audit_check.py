"""Verifies the audit log of a restored database, by the rules of the log itself."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection

from vardkase.audit.chain.documents import verify_database


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
        result = verify_database()
    finally:
        connection.close()
        connection.settings_dict.update(hub)
    if result.findings:
        raise ValueError(" ".join(map(str, result.findings[:5])))
    return f"{result.links} links, {result.checkpoints} checkpoints"
