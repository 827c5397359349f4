from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "vardkase.knowledge.sources"
    label = "knowledge_sources"
