"""Gemini at Vertex AI: the same words, a project and a place, and signing in instead of a key.

Google's application default credentials sign in: a service account's file that
GOOGLE_APPLICATION_CREDENTIALS names, `gcloud auth application-default login`, or the machine's own.
"""

import os
from dataclasses import replace

from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.protocol.secrets import Key
from cropsmith.agents.backends.providers.gemini import Clients, Gemini, http_client
from cropsmith.agents.backends.providers.server import Server, server_of
from cropsmith.errors import NotAllowed

GLOBAL = "global"
"""Where no place is named: Google chooses one."""


class Vertex(Gemini):
    """One Gemini model in a project at Vertex AI."""

    def __init__(self, server: Server, model: str, project: str, place: str) -> None:
        super().__init__(server, model)
        self._project, self._place = project, place

    def _client(self) -> Clients:
        from google import genai

        http = http_client()
        sdk = genai.Client(
            vertexai=True,
            project=self._project,
            location=self._place,
            http_options=self._options(http, "v1beta1"),
        )
        return Clients(sdk, http)


def vertex_wire(row: Provider, model: str, server: str = "") -> Vertex:
    """Return a Gemini model at Vertex AI. NotAllowed where no project is named."""
    project = os.environ.get("GOOGLE_CLOUD_PROJECT", "").strip()
    if not project:
        raise NotAllowed(
            "There is no project in GOOGLE_CLOUD_PROJECT.",
            hint="Set it: export GOOGLE_CLOUD_PROJECT=YOUR_PROJECT",
        )
    place = os.environ.get("GOOGLE_CLOUD_LOCATION", "").strip() or GLOBAL
    # As the SDK finds it: google-genai, _api_client.py.
    host = "aiplatform.googleapis.com"
    url = f"https://{host}" if place == GLOBAL else f"https://{place}-{host}"
    if place in ("us", "eu"):
        url = f"https://aiplatform.{place}.rep.googleapis.com"
    found = server_of(row, server, default=url)
    key = Key("Google Cloud's sign-in", "none", found.key.others)
    return Vertex(replace(found, key=key), model, project, place)
