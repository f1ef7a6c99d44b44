"""Credential Transparency Description Language (CTDL): JSON-LD to credentials, pathways and values, and back."""
