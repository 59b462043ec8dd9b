"""Plain-text evidence synthesis for diseases whose evidence is a handful of case reports."""

__version__ = "0.1.0"
