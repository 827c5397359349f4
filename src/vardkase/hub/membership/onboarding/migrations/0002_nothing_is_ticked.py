from django.db import migrations


class Migration(migrations.Migration):
    """Remarks say what a member does not need; that something is done stands in the facts alone."""

    dependencies = [("onboarding", "0001_initial")]
    operations = [
        migrations.RunSQL("DELETE FROM onboarding_remark WHERE needed", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="remark", name="needed"),
    ]
