
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('case_files', '0004_appeal_new_decision'),
    ]

    operations = [
        migrations.AlterField(
            model_name='appeal',
            name='exception',
            field=models.CharField(blank=True, choices=[('', 'None: it is dismissed'), ('instructions', 'Our information on how to appeal was wrong'), ('court', 'It reached the court in time'), ('overruled', 'Our decision to dismiss it was quashed')], default='', max_length=16),
        ),
    ]
