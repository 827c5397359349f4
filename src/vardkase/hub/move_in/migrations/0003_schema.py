from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('move_in', '0002_former_log'),
    ]

    operations = [
        migrations.RunSQL('CREATE SCHEMA IF NOT EXISTS move_in', migrations.RunSQL.noop),
    ]
