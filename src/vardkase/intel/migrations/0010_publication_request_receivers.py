import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intel", "0009_search_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="publicationrequest",
            name="organisation_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None
            ),
        ),
    ]
