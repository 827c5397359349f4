from django.apps import AppConfig


class EventTemplatesConfig(AppConfig):
    name = "vardkase.intel.event_templates"
    label = "event_templates"
