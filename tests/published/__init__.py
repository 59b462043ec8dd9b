"""The bundled review against the tables of the published review, DOI 10.1002/pbc.26308."""
