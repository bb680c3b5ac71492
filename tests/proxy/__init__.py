"""A proxy that fails on the wire between the runtime and the systems of record, in every job."""
