"""Several lenders: one questionnaire, every lender's own decision, streamed as they answer."""
