"""Builder of the shipped register of the Organization of Turkic States."""
