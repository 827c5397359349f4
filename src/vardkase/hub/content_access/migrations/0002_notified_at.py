from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('content_access', '0001_initial'),
    ]

    operations = [
        migrations.RenameField(model_name='grantorganisation', old_name='told_at', new_name='notified_at'),
    ]
