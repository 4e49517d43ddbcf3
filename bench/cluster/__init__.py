"""Agents on the workers of a Dask cluster: the only folder that imports distributed, and late."""
