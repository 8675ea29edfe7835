"""What may be called now, as the grammar that a model decodes under."""

from fc_agents.legal.fitting import Bounds
from fc_agents.legal.legality import Legality
from fc_agents.legal.promise import LEVELS, VERDICTS, is_legal, verdict

__all__ = ["LEVELS", "VERDICTS", "Bounds", "Legality", "is_legal", "verdict"]
