from django.apps import AppConfig


class CollectionsConfig(AppConfig):
    name = "vardkase.intel.collections"
    label = "collections"
