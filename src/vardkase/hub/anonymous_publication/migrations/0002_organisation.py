from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("anonymous_publication", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PseudonymousOrganisation",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("uuid", models.UUIDField()),
            ],
            options={
                "db_table": "anonymous_organisation",
            },
        ),
    ]
