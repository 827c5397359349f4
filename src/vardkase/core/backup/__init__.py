"""Backups: the database through PostgreSQL's own tools, and the stored files, encrypted before they leave the machine.

A *chain* is a full backup, the incremental ones after it, and the write-ahead log and files since. It is what the
retention rule keeps or removes. `names` says what lies where; docs/operations/backup-and-restore.md is for operators.
"""
