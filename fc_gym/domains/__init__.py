"""Our own worlds, one file each."""
