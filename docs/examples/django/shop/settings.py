"""What Django has to know; there is no database."""

SECRET_KEY = "an example's"  # noqa: S105  # nothing is signed with it
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["channels"]
