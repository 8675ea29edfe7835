"""Proofs of a file of dialogues that anyone hands in: what each line claims is derived again, and compared."""
