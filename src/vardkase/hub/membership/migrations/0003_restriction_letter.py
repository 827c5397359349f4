
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('correspondence', '0002_service_and_correction'),
        ('membership', '0002_offence_permission'),
    ]

    operations = [
        migrations.AddField(
            model_name='restriction',
            name='letter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='correspondence.letter'),
        ),
    ]
