from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "vardkase.hub.training"
    label = "training"
