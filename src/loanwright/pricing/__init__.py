"""What credit costs in a year: the APR of the European Union and the PSK of Russia."""
