"""The review page: one doubt at a time, decided by a person; audits of what is settled."""
