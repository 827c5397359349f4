from importlib import import_module

from django.apps import AppConfig


class PublicPagesConfig(AppConfig):
    name = "vardkase.hub.public_pages"
    label = "public_pages"

    def ready(self) -> None:
        import_module("vardkase.hub.public_pages.services")  # Registers what takes two people.
