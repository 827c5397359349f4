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
            field=models.BigIntegerField(db_default=models.Func(output_field=models.BigIntegerField(), template='extract(epoch FROM statement_timestamp())::bigint')),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['arrived'], name='event_arrived'),
        ),
    ]
