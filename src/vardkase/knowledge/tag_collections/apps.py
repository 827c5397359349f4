from django.apps import AppConfig


class TagCollectionsConfig(AppConfig):
    name = "vardkase.knowledge.tag_collections"
    label = "tag_collections"
