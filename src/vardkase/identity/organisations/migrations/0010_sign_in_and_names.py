from typing import Any

import django.contrib.postgres.fields
from django.db import migrations, models

import vardkase.identity.organisations.models
from vardkase.identity.organisations.names import skeleton


def keep_skeletons(apps: Any, schema_editor: Any) -> None:
    organisation = apps.get_model("organisations", "Organisation")
    rows = list(organisation.objects.only("pk", "name"))
    for row in rows:
        row.name_skeleton = skeleton(row.name)
    organisation.objects.bulk_update(rows, ["name_skeleton"], batch_size=1000)


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0009_periods'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='required_sign_in',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='organisation',
            name='required_key_days',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='organisation',
            name='name_resembles_another',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='organisation',
            name='name_skeleton',
            field=vardkase.identity.organisations.models.NameSkeletonField(default='', editable=False),
        ),
        migrations.RunPython(keep_skeletons, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='organisation',
            index=models.Index(fields=['name_skeleton'], name='organisation_name_skeleton'),
        ),
    ]
