"""Audio as arrays and bytes: sniffing, trimming, encoding."""
