"""Names and secrets of an emulated business where nobody chose any. They open nothing but the emulator."""

ACCESS_TOKEN = "emulated-access-token"  # noqa: S105
APP_SECRET = "emulated-app-secret"  # noqa: S105
VERIFY_TOKEN = "emulated-verify-token"  # noqa: S105
