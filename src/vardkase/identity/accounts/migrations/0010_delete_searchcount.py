from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_one_time_codes_and_links'),
    ]

    operations = [
        migrations.DeleteModel(
            name='SearchCount',
        ),
    ]
