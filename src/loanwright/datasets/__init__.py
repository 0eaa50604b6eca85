"""Open credit data that comes with Loanwright, with its provenance."""
