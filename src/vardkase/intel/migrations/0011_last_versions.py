from django.db import migrations, models


class Migration(migrations.Migration):
    # Of the events that wait now it is not on record whether they were unpublished: they stay hidden.
    dependencies = [
        ("intel", "0010_publication_request_receivers"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="being_changed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="eventversion",
            name="info",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="eventversion",
            name="date",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="eventversion",
            name="tags",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("being_changed", True)), fields=["id"], name="event_being_changed"
            ),
        ),
    ]
