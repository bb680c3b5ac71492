"""django-helpdesk on loopback, with a fresh database, one queue and one user of staff.

Usage: `python server.py PORT FOLDER` in an environment that has it; says "CONTRACT READY", ends when its
input is closed.
"""

import os
import sys
import threading
from types import ModuleType
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]
URLS = ModuleType("contract_urls")
sys.modules["contract_urls"] = URLS

settings.configure(
    SECRET_KEY="contract",
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="contract_urls",
    SITE_ID=1,
    USE_TZ=True,
    STATIC_URL="/static/",
    MEDIA_ROOT=FOLDER,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{FOLDER}/helpdesk.sqlite"}},
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],  # hashed again at every request
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.sites",
        "django.contrib.humanize",
        "django.contrib.admin",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "rest_framework",
        "helpdesk",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    HELPDESK_TEAMS_MODE_ENABLED=False,
    HELPDESK_ACTIVATE_API_ENDPOINT=True,
)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


def main() -> None:
    django.setup()
    vars(URLS)["urlpatterns"] = [path("", include("helpdesk.urls"))]
    call_command("migrate", verbosity=0)
    # Models can be imported only now.
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from helpdesk.models import Queue  # noqa: PLC0415

    get_user_model().objects.create_superuser("bot", "bot@example.com", "secret-of-the-bot")
    Queue.objects.create(title="WhatsApp", slug="wa", allow_public_submission=False)
    serving = make_server("127.0.0.1", PORT, get_wsgi_application(), handler_class=Quiet)

    def end() -> None:
        sys.stdin.read()
        serving.shutdown()

    threading.Thread(target=end, daemon=True).start()
    print("CONTRACT READY", flush=True)
    serving.serve_forever()


if __name__ == "__main__":
    os.chdir(FOLDER)
    main()
