"""Security statements (säkerhetsförklaring): what members say of their own security work, with evidence."""
