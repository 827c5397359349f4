from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.RenameField(model_name='refusalnote', old_name='told', new_name='recorded_at'),
    ]
