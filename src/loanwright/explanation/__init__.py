"""What the numbers mean, in the words of the product."""
