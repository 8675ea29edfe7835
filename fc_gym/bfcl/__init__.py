"""The multi-turn tools of the Berkeley Function Calling Leaderboard (BFCL), and its grading, written anew."""
