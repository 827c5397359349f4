from django.db import migrations

# `register.WORDS` searches by it.
INDEX = """
CREATE INDEX case_document_words ON case_document USING gin (
    to_tsvector('simple', title || ' ' || counterpart || ' ' || left(text, 100000)));
CREATE INDEX case_document_occurred ON case_document (occurred_at DESC, id DESC);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('case_files', '0006_appealed_documents'),
    ]

    operations = [
        migrations.RunSQL(INDEX, "DROP INDEX case_document_words; DROP INDEX case_document_occurred;"),
    ]
