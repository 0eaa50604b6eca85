"""The validation report: numbers with intervals and checks, as JSON and as one page."""
