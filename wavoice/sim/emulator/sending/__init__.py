"""What a business sends: the shapes of `POST /{phone}/messages`, and what becomes of them on a handset."""
