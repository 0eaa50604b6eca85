"""The life of an application, from received to decided."""
