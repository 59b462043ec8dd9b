"""Screening: votes of reviewers, what they come to, how far they agree, and the flow of records."""
