import re
from typing import Any

import zstandard
from django.db import migrations, models

DISTRIBUTION = re.compile(rb'"distribution":\s*"(\d)"')
GROUP = re.compile(rb'"sharing_group_id":\s*"(\d+)"')
HEAD = 16_384
KEPT = "event_version_is_never_changed"


def read_from_snapshots(apps: Any, schema_editor: Any) -> None:
    """The event's own columns come first in its document, before any of its parts."""
    versions = apps.get_model("intel", "EventVersion").objects
    for version in versions.select_related("snapshot").iterator(chunk_size=50):
        head = zstandard.ZstdDecompressor().stream_reader(bytes(version.snapshot.document)).read(HEAD)
        distribution, group = DISTRIBUTION.search(head), GROUP.search(head)
        if distribution:
            version.distribution = int(distribution[1])
            version.sharing_group_id = int(group[1]) if group and int(group[1]) else None
            version.save(update_fields=["distribution", "sharing_group_id"])


class Migration(migrations.Migration):

    dependencies = [
        ('intel', '0003_publication_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='eventversion',
            name='distribution',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='eventversion',
            name='sharing_group_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='eventversion',
            name='audiences',
            field=models.JSONField(db_default=[], default=list),
        ),
        # Versions are never changed; these columns say what their documents say already.
        migrations.RunSQL(f"ALTER TABLE event_version DISABLE TRIGGER {KEPT}", migrations.RunSQL.noop),
        migrations.RunPython(read_from_snapshots, migrations.RunPython.noop),
        migrations.RunSQL(f"ALTER TABLE event_version ENABLE TRIGGER {KEPT}", migrations.RunSQL.noop),
    ]
