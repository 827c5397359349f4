"""Small indexes of the parts that not every reader of their event may read: so that counts stay cheap."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intel", "0002_snapshots_are_never_changed")]

    operations = [
        migrations.AddIndex(
            "attribute",
            models.Index(
                fields=["event"], name="attribute_restricted", condition=models.Q(distribution__in=(0, 4))
            ),
        ),
        migrations.AddIndex(
            "object",
            models.Index(
                fields=["event"], name="object_restricted", condition=models.Q(distribution__in=(0, 4))
            ),
        ),
    ]
