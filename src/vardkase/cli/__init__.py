"""The command line `vardkase …`. Thin: commands call the same services as web and API.

Commands import models and services inside their functions, because these need a configured Django, and that
needs the data directory the command was given (see `installation`).
"""
