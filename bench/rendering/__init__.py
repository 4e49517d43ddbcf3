"""How numbers and tables look, whatever they are about: columns, intervals, a terminal."""
