"""Getting started, step by step, for the reader's organisation."""
