"""Studies: the model, the checks, eligibility, claims."""
