from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0002_mime'),
    ]

    operations = [
        migrations.DeleteModel(
            name='MailCount',
        ),
    ]
