"""Every column that refers to stored files is declared in `core.file_columns`; otherwise its files would be
deleted.
"""

from __future__ import annotations

import re

from django.apps import apps
from django.db.models import CharField

from vardkase.core.file_columns import declared

NO_FILES = {
    ("approval_request", "digest"),
    ("audit_archive", "digest"),
    ("audit_archive", "sha256"),
    ("audit_checkpoint", "digest"),
    ("case_document", "sha256"),
    ("document_signature", "sha256"),
    ("held_checkpoint", "digest"),
    ("letter", "sha256"),
    ("personal_data_scan", "digest"),
    ("policy_approval", "digest"),
    ("quarterly_report", "sha256_en"),
    ("quarterly_report", "sha256_sv"),
    ("records_item", "sha256"),
    ("retention_item", "digest"),
    ("retention_run", "digest"),
    ("seal_opening", "content_digest"),
    ("snapshot", "sha256"),
}
"""Hex digests of content that is stored in the database itself."""


def test_digest_columns_are_declared_or_exempt() -> None:
    found = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, CharField) and re.search("digest|sha256|sha_256|stored_file", field.column)
    }
    assert found - NO_FILES == declared()
