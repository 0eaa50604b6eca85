"""The service: a thin shell of HTTP, database and users around the library."""
