from django.db import migrations

REFUSE = """
CREATE TRIGGER letter_is_never_changed BEFORE UPDATE OR DELETE ON letter
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

ALLOW = """
DROP TRIGGER letter_is_never_changed ON letter;
"""


class Migration(migrations.Migration):
    """What was sent is evidence: no code, and no slip at the console, may rewrite it."""

    dependencies = [("correspondence", "0002_signature_letter"), ("intel", "0002_snapshots_are_never_changed")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
