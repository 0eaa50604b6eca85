"""Notes on applicants: written once, sealed with the key of the person, gone with it."""
