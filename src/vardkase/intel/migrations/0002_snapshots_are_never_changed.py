from django.db import migrations

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER snapshot_is_never_changed BEFORE UPDATE ON snapshot
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_version_is_never_changed BEFORE UPDATE ON event_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

ALLOW = """
DROP TRIGGER event_version_is_never_changed ON event_version;
DROP TRIGGER snapshot_is_never_changed ON snapshot;
DROP FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    """What went out is evidence: no code, and no slip at the console, may rewrite it."""

    dependencies = [("intel", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
