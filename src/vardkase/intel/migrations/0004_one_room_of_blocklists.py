from django.db import migrations

# What is blocked already stays blocked: the entries move to the room of all blocklists.
MOVE = """
INSERT INTO blocklist_entry (kind, uuid, created, info, orgc, comment, blocked_amount)
SELECT 'event', event_uuid, created, event_info, event_orgc, comment, 0 FROM event_blocklist
"""
MOVE_BACK = """
INSERT INTO event_blocklist (event_uuid, created, event_info, event_orgc, comment)
SELECT uuid, created, info, orgc, comment FROM blocklist_entry WHERE kind = 'event'
"""


class Migration(migrations.Migration):

    dependencies = [
        ("intel", "0003_restricted_parts"),
        ("blocklists", "0001_blocklists"),
    ]

    operations = [
        migrations.RunSQL(MOVE, MOVE_BACK),
        migrations.DeleteModel(name="EventBlocklist"),
    ]
