"""localstripe, with what it lacks of Stripe and a connector depends on."""
