from django.apps import AppConfig


class GalaxiesConfig(AppConfig):
    name = "vardkase.knowledge.galaxies"
    label = "galaxies"
