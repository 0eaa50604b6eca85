"""Keys of persons: what is known of somebody can be read only while their key exists."""
