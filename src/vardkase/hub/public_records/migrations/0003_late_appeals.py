
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('public_records', '0002_cases'),
    ]

    operations = [
        migrations.AlterField(
            model_name='recordscase',
            name='requester',
            field=models.CharField(choices=[('private', 'A person, a company, a municipality or a region'), ('state', 'A state authority')], default='private', max_length=8),
        ),
        migrations.AddField(
            model_name='recordsappeal',
            name='deemed_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='recordsappeal',
            name='deemed_why',
            field=models.CharField(blank=True, default='', max_length=255),
        ),
        migrations.AddField(
            model_name='recordsappeal',
            name='exception',
            field=models.CharField(blank=True, choices=[('', 'None: it is dismissed'), ('instructions', 'Our information on how to appeal was wrong'), ('court', 'It reached the court in time'), ('overruled', 'Our decision to dismiss it was quashed')], default='', max_length=16),
        ),
        migrations.AddField(
            model_name='recordsappeal',
            name='exception_note',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='recordsappeal',
            name='new_answer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='public_records.recordsanswer'),
        ),
        migrations.AlterField(
            model_name='recordsanswer',
            name='kind',
            field=models.CharField(choices=[('answer', 'Answer by the officer'), ('decision', 'The authority’s written decision'), ('referral', 'Referred to another authority'), ('dismissal', 'Decision to dismiss an appeal')], max_length=10),
        ),
    ]
