from django.apps import AppConfig


class PublicPagesConfig(AppConfig):
    name = "vardkase.hub.public_pages"
    label = "public_pages"
