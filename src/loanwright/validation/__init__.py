"""The validation report: numbers with intervals and verdicts, as JSON and as one page."""
