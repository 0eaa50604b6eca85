"""The sixteen chapters of a validation report, one module each."""
