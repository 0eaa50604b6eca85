"""Files of many rows: read in blocks, assessed and decided, written whole or not at all."""
