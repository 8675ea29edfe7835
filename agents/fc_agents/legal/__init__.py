"""What may be called now, as the grammar that a model decodes under."""
