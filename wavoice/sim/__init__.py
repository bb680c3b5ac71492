"""The other side of the phone: an emulator of WhatsApp, a seeded shop, fixtures and replays."""
