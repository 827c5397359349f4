from django.apps import AppConfig


class DecayingModelsConfig(AppConfig):
    name = "vardkase.knowledge.decaying_models"
    label = "decaying_models"
