"""Who promised what, what the evidence says, and what keeping it is worth."""
