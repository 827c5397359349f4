"""Django's WSGI entry point for the web server (config/gateway)."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vardkase.config.settings")
gc.disable()  # What is loaded stays: looking for garbage among it takes an eighth of the start.
application = get_wsgi_application()
gc.enable()
