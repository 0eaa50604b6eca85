"""How lending goes, month by month, why approvals change, and which cohorts apply."""
