"""Secrets in the settings of modules lay in plain text: what looks like one is encrypted."""

import re

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from vardkase.core.settings.sealing import sealed

SECRET = re.compile(r"Plugin\..*(key|pass|token|secret|auth|cred|cert|private|api$)", re.IGNORECASE)


def seal(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    for row in apps.get_model("settings", "SettingValue").objects.all():
        if SECRET.match(row.name) and isinstance(row.value, str) and row.value:
            row.value = sealed(row.value)
            row.save(update_fields=["value"])


class Migration(migrations.Migration):

    dependencies = [
        ("settings", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
