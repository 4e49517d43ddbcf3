"""The application, as a server of ASGI takes it: `uvicorn shop.asgi:application`."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
pages = get_asgi_application()

from .consumers import Shop  # noqa: E402  # Django must know its settings first

application = ProtocolTypeRouter({"http": pages, "websocket": URLRouter([path("echo", Shop.as_asgi())])})
