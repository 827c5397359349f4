"""Write the migrations that changed models need, on a throw-away database.

python -m tools.migrations [app …] [--name NAME]
"""

from __future__ import annotations

import sys

from tests.support import database

database.bootstrap()

import django  # noqa: E402  settings are read after the database is there

django.setup()

from django.core.management import call_command  # noqa: E402

if __name__ == "__main__":
    try:
        call_command("makemigrations", *sys.argv[1:])
    finally:
        database.stop()
