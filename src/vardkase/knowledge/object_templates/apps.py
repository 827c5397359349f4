from django.apps import AppConfig


class ObjectTemplatesConfig(AppConfig):
    name = "vardkase.knowledge.object_templates"
    label = "object_templates"
