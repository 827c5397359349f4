"""Security statements (säkerhetsförklaring): members' declarations of their security work, with evidence."""
