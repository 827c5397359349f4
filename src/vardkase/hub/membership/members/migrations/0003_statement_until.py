from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0002_restrictions_and_changes'),
    ]

    operations = [
        migrations.AddField('membership', 'statement_until', models.DateField(null=True)),
    ]
