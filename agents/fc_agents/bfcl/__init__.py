"""The official tasks of BFCL, played by policies."""
