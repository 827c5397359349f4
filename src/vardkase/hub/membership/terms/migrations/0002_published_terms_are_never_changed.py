from django.db import migrations

REFUSE = """
CREATE TRIGGER published_terms_are_never_changed BEFORE UPDATE OR DELETE ON terms
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terms_acceptance_is_never_changed BEFORE UPDATE ON terms_acceptance
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

ALLOW = """
DROP TRIGGER published_terms_are_never_changed ON terms;
DROP TRIGGER terms_acceptance_is_never_changed ON terms_acceptance;
"""


class Migration(migrations.Migration):
    """What somebody accepted is what everybody reads afterwards: neither it nor the acceptance is rewritten."""

    dependencies = [("terms", "0001_initial"), ("intel", "0002_snapshots_are_never_changed")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
