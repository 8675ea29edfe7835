"""Cutting a scene where its look-ups end."""

from __future__ import annotations

from fc_synth.variants.case import Case
from fc_synth.variants.script import Layer, Scene

__all__ = ["looks_first"]


def looks_first(case: Case, scene: Scene) -> tuple[tuple[Layer, ...], tuple[Layer, ...]]:
    """Return the layers in front that only look something up, and the rest; the last layer is always in the rest.

    Args:
        case: The dialogue.
        scene: One of its scenes.
    """
    place = 0
    while place < len(scene.layers) - 1 and all(
        case.domain.tools[call.name].reads_only for call in scene.layers[place].calls
    ):
        place += 1
    return scene.layers[:place], scene.layers[place:]
