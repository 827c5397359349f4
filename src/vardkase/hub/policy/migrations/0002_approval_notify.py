from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('policy', '0001_initial'),
    ]

    operations = [
        migrations.RenameField(model_name='publicationapproval', old_name='tell', new_name='notify'),
    ]
