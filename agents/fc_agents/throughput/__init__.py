"""How fast a policy plays, and where the time goes."""
