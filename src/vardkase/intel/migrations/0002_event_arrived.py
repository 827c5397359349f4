import django.db.models.functions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intel', '0001_initial'),
    ]

    operations = [
        # First 0, which no row has to be rewritten for: when stored events arrived is not known.
        migrations.AddField(
            model_name='event',
            name='arrived',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AlterField(
            model_name='event',
            name='arrived',
            field=models.BigIntegerField(db_default=django.db.models.functions.Cast(django.db.models.functions.Extract(django.db.models.functions.Now(), 'epoch'), models.BigIntegerField())),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['arrived'], name='event_arrived'),
        ),
    ]
