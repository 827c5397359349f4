from typing import Any

from django.db import migrations

from vardkase.identity.organisations.names import organisation_skeleton


def rebuild_skeletons(apps: Any, schema_editor: Any) -> None:
    organisation = apps.get_model("organisations", "Organisation")
    rows = list(organisation.objects.only("pk", "name", "local", "name_skeleton", "name_resembles_another"))
    for row in rows:
        row.name_skeleton = organisation_skeleton(row.name)
    local = {row.name_skeleton for row in rows if row.local}
    for row in rows:
        if not row.local and row.name_skeleton in local:
            row.name_resembles_another = True
    organisation.objects.bulk_update(rows, ["name_skeleton", "name_resembles_another"], batch_size=1000)


class Migration(migrations.Migration):

    dependencies = [
        ("organisations", "0011_group_names"),
    ]

    operations = [
        migrations.RunPython(rebuild_skeletons, migrations.RunPython.noop),
    ]
