"""Enquiries: one questionnaire put to every lender, and what each of them answered."""
