"""The lowest layer: MISP's format in pure Python. Knows types and values, but neither a database nor HTTP."""
