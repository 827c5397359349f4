
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('case_files', '0003_appeals'),
        ('correspondence', '0002_service_and_correction'),
    ]

    operations = [
        migrations.AddField(
            model_name='appeal',
            name='new_decision',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='correspondence.letter'),
        ),
    ]
