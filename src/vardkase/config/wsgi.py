"""Django's WSGI entry point for the web server (config/gateway)."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vardkase.config.settings")
application = get_wsgi_application()
