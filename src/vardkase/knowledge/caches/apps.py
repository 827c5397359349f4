from django.apps import AppConfig


class CachesConfig(AppConfig):
    name = "vardkase.knowledge.caches"
    label = "caches"
