from django.db import migrations


class Migration(migrations.Migration):
    """Hands the log and the texts to `core.mail`; their tables stay as they are."""

    dependencies = [("correspondence", "0005_unify_vocabulary")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="MailTemplate"),
                migrations.DeleteModel(name="SentMail"),
            ],
        ),
    ]
