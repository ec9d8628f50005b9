"""Candidates to records: values, evidence, residue, checks, what is settled."""
