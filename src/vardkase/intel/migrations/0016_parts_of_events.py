from django.db import migrations

# A function, since planning the recursion would take milliseconds of every statement that reads notes. In PL/pgSQL, which
# keeps its plan for the connection.
PARTS_OF_EVENTS = """
CREATE FUNCTION parts_of_events(ids bigint[]) RETURNS SETOF uuid STABLE LANGUAGE plpgsql AS $$
BEGIN
    IF ids = '{}' THEN
        RETURN;
    END IF;
    RETURN QUERY WITH RECURSIVE held AS (
        SELECT part.uuid FROM (
            SELECT e.uuid FROM event e WHERE e.id = ANY(ids)
            UNION ALL SELECT p.uuid FROM attribute p WHERE p.event_id = ANY(ids)
            UNION ALL SELECT p.uuid FROM object p WHERE p.event_id = ANY(ids)
            UNION ALL SELECT p.uuid FROM event_report p WHERE p.event_id = ANY(ids)
            UNION ALL SELECT p.uuid FROM proposal p WHERE p.event_id = ANY(ids)
            UNION ALL SELECT p.uuid FROM sighting p WHERE p.event_id = ANY(ids)
            UNION ALL SELECT p.uuid FROM object_reference p WHERE p.event_id = ANY(ids)
        ) part
        UNION SELECT about.uuid FROM analyst_data about JOIN held ON about.object_uuid = held.uuid
    ) SELECT held.uuid FROM held;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("intel", "0015_offence_index")]

    operations = [
        migrations.RunSQL(PARTS_OF_EVENTS, "DROP FUNCTION parts_of_events(bigint[])"),
    ]
