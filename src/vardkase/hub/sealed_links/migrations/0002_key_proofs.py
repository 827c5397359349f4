from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.utils.crypto import salted_hmac


def prove(apps: Any, _schema_editor: Any) -> None:
    """Keys that are there at the upgrade count as entered by the hub."""
    keys = apps.get_model("sealed_links", "OfficerKey")
    for key in keys.objects.exclude(owner=None):
        said = f"{key.owner_id} {key.recipient}"
        key.proof = salted_hmac(
            "officer key proof", said, secret=settings.SECRET_KEY, algorithm="sha256"
        ).hexdigest()
        key.save(update_fields=["proof"])


class Migration(migrations.Migration):

    dependencies = [
        ('sealed_links', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='officerkey',
            name='proof',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.RunPython(prove, migrations.RunPython.noop),
    ]
