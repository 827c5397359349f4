from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('enrolment', '0001_initial'),
    ]

    operations = [
        migrations.RenameField(model_name='joinedhub', old_name='told', new_name='report'),
    ]
