
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('case_files', '0004_appeal_new_decision'),
    ]

    operations = [
        migrations.AlterField(
            model_name='appeal',
            name='state',
            field=models.CharField(choices=[('registered', 'Registered'), ('in_time', 'Received in time'), ('dismissed', 'Dismissed as too late'), ('changed', 'Decision changed, appeal to be forwarded'), ('withdrawn', 'Withdrawn'), ('forwarded', 'Forwarded to the court'), ('decided', 'Decided by the court'), ('carried_out', 'Outcome carried out')], default='registered', max_length=16),
        ),
        migrations.AlterField(
            model_name='appeal',
            name='exception',
            field=models.CharField(blank=True, choices=[('', 'None: it is dismissed'), ('instructions', 'Our information on how to appeal was wrong'), ('court', 'It reached the court in time'), ('overruled', 'Our decision to dismiss it was quashed')], default='', max_length=16),
        ),
    ]
