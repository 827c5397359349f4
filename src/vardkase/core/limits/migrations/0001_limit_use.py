from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="LimitUse",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("began", models.BigIntegerField()),
                ("ends", models.BigIntegerField(db_index=True)),
                ("times", models.BigIntegerField()),
            ],
            options={"db_table": "limit_use"},
        ),
    ]
