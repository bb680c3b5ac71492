"""WhatsApp's side of the wire: the Graph API, handsets, webhooks, time and faults."""
