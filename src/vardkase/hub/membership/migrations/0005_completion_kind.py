from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("membership", "0004_restriction_review"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="completion_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("question", "Question: otherwise the application is decided as it stands (23 §)"),
                    ("order", "Order (föreläggande): otherwise the application is dismissed (20 §)"),
                ],
                default="",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("submitted", "Received"),
                    ("under_review", "Under review"),
                    ("completion_requested", "More information requested"),
                    ("approved", "Approved"),
                    ("rejected", "Rejected"),
                    ("dismissed", "Dismissed"),
                    ("waiting", "On the waiting list"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="draft",
                max_length=24,
            ),
        ),
    ]
