"""The pages of somebody who borrows, or has asked for credit."""
