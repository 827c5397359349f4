"""The command line: `vardkase …`. Thin: every command calls the services that web and API call.

Commands import models and services inside their functions, because these need a configured Django, and that
needs the data directory the command was given (see `installation`).
"""
