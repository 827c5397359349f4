"""The version of MISP that this hub answers as; clients decide by it what they may ask for."""

MISP_VERSION = "2.5.1"
