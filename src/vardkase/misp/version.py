"""The MISP version that this hub reports; clients derive available features from it."""

MISP_VERSION = "2.5.1"
