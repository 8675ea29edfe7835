"""Models in the four roles of the synthesis; what they write passes the same certificates as what is made offline."""
