from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0006_registry_number'),
    ]

    operations = [
        migrations.DeleteModel(
            name='Attempt',
        ),
    ]
