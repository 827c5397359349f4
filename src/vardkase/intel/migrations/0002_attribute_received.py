from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intel', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='attribute',
            name='received',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
