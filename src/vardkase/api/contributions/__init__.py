"""Endpoints for contributions to events: proposals, sightings, reports, analyst data, delegation."""
