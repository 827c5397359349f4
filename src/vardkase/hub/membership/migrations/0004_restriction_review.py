from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("membership", "0003_restriction_letter"),
    ]

    operations = [
        migrations.AddField(
            model_name="restriction",
            name="review_by",
            field=models.DateField(null=True),
        ),
    ]
