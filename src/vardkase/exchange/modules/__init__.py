"""The programs of a misp-modules server: they enrich, import and export. Its answers are material, never trusted."""
