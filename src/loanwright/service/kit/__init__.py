"""What knows nothing of credit: database, ids, clock, pages of lists, problem documents."""
