"""The business number as a node of the Graph API: what it is, whether it is registered, its profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.access import Access
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.graph_apps import parameters
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.number_state import NumberState, Profile
from wavoice.sim.emulator.registration import Registration
from wavoice.sim.emulator.tokens import MANAGEMENT

HIGH_THROUGHPUT = 1_000
_DONE = {"success": True}
_STANDARD_FIELDS = "id,display_phone_number,verified_name,quality_rating"


class NumberEdge:
    """What Graph tells of the number, and what it lets its owner change."""

    def __init__(
        self, config: EmulatorConfig, registration: Registration, access: Access, clock: Clock
    ) -> None:
        self._config = config
        self._registration = registration
        self._access = access
        self._clock = clock
        self.state = NumberState()
        """Live: what is changed here is told from now on."""
        self.routes = [
            Route("/{version}/{node}/register", self._register, methods=["POST"]),
            Route("/{version}/{node}/deregister", self._deregister, methods=["POST"]),
            Route("/{version}/{node}/phone_numbers", self._numbers, methods=["GET"]),
            Route("/{version}/{node}/whatsapp_business_profile", self._get_profile, methods=["GET"]),
            Route("/{version}/{node}/whatsapp_business_profile", self._set_profile, methods=["POST"]),
        ]

    def load(self, state: NumberState) -> None:
        """Go on where another emulator stood."""
        self.state = state

    def get(self, request: Request, webhooks: Mapping[str, str]) -> Response:
        """Answer `GET /{phone-number-id}`; `webhooks` is its `webhook_configuration`."""
        return JSONResponse(_chosen(self._known(webhooks), request, _STANDARD_FIELDS, "WhatsAppPhoneNumber"))

    def get_account(self, request: Request, webhooks: Mapping[str, str]) -> Response:
        """Answer `GET /{waba-id}`; `webhooks` is its `webhook_configuration`."""
        known = {
            "id": self._config.business.waba,
            "name": self._config.business.name,
            "webhook_configuration": dict(webhooks),
            "health_status": self._health(),
        }
        return JSONResponse(_chosen(known, request, "id,name", "WhatsAppBusinessAccount"))

    def change(self, given: Mapping[str, Any]) -> bool:
        """Carry out what `POST /{phone-number-id}` asks of the number itself; False if it is nothing.

        Raises `GraphError`.
        """
        if "pin" not in given:
            return False
        self._registration.set_pin(given["pin"])
        return True

    async def _register(self, request: Request) -> Response:
        given = await self._asked(request)
        self._registration.register(given.get("pin"), self._clock.now())
        return JSONResponse(_DONE)

    async def _deregister(self, request: Request) -> Response:
        self._access.admit_to_number(request, MANAGEMENT)
        self._registration.deregister(self._clock.now())
        return JSONResponse(_DONE)

    async def _numbers(self, request: Request) -> Response:
        self._access.admit_to_account(request)
        number = _chosen(self._known({}), request, _STANDARD_FIELDS, "WhatsAppPhoneNumber")
        return JSONResponse({"data": [number], "paging": {"cursors": {"before": "MA", "after": "MA"}}})

    async def _get_profile(self, request: Request) -> Response:
        self._access.admit_to_number(request)
        profile = self.state.profile.model_dump(exclude_none=True)
        asked = request.query_params.get("fields", "about").split(",")
        unknown = set(asked) - set(Profile.model_fields) - {"profile_picture_url", "messaging_product"}
        if unknown:
            raise _no_field(min(unknown), "WhatsAppBusinessProfile")
        shown = {key: profile[key] for key in asked if key in profile}
        return JSONResponse({"data": [{**shown, "messaging_product": "whatsapp"}]})

    async def _set_profile(self, request: Request) -> Response:
        given = await self._asked(request)
        self.state.profile = self.state.profile.changed(given)
        return JSONResponse(_DONE)

    async def _asked(self, request: Request) -> dict[str, Any]:
        """The parameters of a call about the number, in the name of WhatsApp."""
        self._access.admit_to_number(request, MANAGEMENT)
        given = await parameters(request)
        if given.get("messaging_product") != "whatsapp":
            raise GraphError(100, "Param messaging_product must be 'whatsapp'")
        return given

    def _known(self, webhooks: Mapping[str, str]) -> dict[str, Any]:
        business, state, registered = self._config.business, self.state, self._registration.state
        return {
            "id": business.number,
            "display_phone_number": f"+{business.display_phone}",
            "verified_name": business.name,
            "status": "CONNECTED" if registered.registered else "DISCONNECTED",
            "code_verification_status": state.code_verification_status,
            "name_status": state.name_status,
            "quality_rating": state.quality_rating,
            "platform_type": "CLOUD_API" if registered.registered else "NOT_APPLICABLE",
            "account_mode": "LIVE",
            "is_pin_enabled": registered.pin is not None,
            "throughput": {"level": "HIGH" if self._config.throughput >= HIGH_THROUGHPUT else "STANDARD"},
            "webhook_configuration": dict(webhooks),
            "health_status": self._health(),
            "whatsapp_business_manager_messaging_limit": state.messaging_limit,
        }

    def _health(self) -> dict[str, Any]:
        """Every node that has to do with sending, and the worst of them."""
        number: dict[str, Any] = {
            "entity_type": "PHONE_NUMBER",
            "id": self._config.business.number,
            "can_send_message": self.state.can_send_message,
        }
        if not self._registration.state.registered:
            number["can_send_message"] = "BLOCKED"
            number["additional_info"] = ["The phone number is not registered."]
        account = {
            "entity_type": "WABA",
            "id": self._config.business.waba,
            "can_send_message": self.state.can_send_message,
        }
        return {"can_send_message": number["can_send_message"], "entities": [number, account]}


_UNSET = frozenset(
    {
        "certificate",
        "conversational_automation",
        "country_code",
        "country_dial_code",
        "eligibility_for_api_business_global_search",
        "is_official_business_account",
        "is_on_biz_app",
        "is_preverified_number",
        "last_onboarded_time",
        "new_certificate",
        "new_name_status",
        "quality_score",
        "search_visibility",
    }
)
"""Fields that Graph knows of a number and that are not emulated: asked for, they are absent, not refused."""


def _chosen(known: Mapping[str, Any], request: Request, standard: str, node: str) -> dict[str, Any]:
    """The fields that were asked for, and the id. Raises `GraphError` 100 for one that is not there."""
    asked = [name.strip() for name in request.query_params.get("fields", standard).split(",")]
    for name in asked:
        if name not in known and name not in _UNSET:
            raise _no_field(name, node)
    return {name: known[name] for name in asked if name in known} | {"id": known["id"]}


def _no_field(name: str, node: str) -> GraphError:
    return GraphError(100, f"Tried accessing nonexisting field ({name}) on node type ({node})")
