"""The audit log over HTTP, and single decisions opened to others."""
