"""The command line: every piece of Loanwright within reach of a shell."""
