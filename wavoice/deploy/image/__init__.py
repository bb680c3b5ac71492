"""A bot as an OCI image: what it is built from, a Compose file, and Kubernetes manifests."""
