"""What there is to know of a business number besides its registration."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wavoice.sim.emulator.graph_errors import GraphError

Vertical = Literal[
    "OTHER",
    "AUTO",
    "BEAUTY",
    "APPAREL",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GROCERY",
    "GOVT",
    "HOTEL",
    "HEALTH",
    "NONPROFIT",
    "PROF_SERVICES",
    "RETAIL",
    "TRAVEL",
    "RESTAURANT",
    "ALCOHOL",
    "ONLINE_GAMBLING",
    "PHYSICAL_GAMBLING",
    "OTC_DRUGS",
    "MATRIMONY_SERVICE",
]


class Profile(BaseModel, defer_build=True):
    """What customers see of the business (Cloud API, "Business profiles"). Lengths in characters."""

    model_config = ConfigDict(extra="ignore")

    about: Annotated[str, Field(min_length=1, max_length=139)] | None = None
    address: Annotated[str, Field(max_length=256)] | None = None
    description: Annotated[str, Field(max_length=512)] | None = None
    email: Annotated[str, Field(max_length=128)] | None = None
    websites: Annotated[list[Annotated[str, Field(max_length=256)]], Field(max_length=2)] | None = None
    vertical: Vertical | None = None

    def changed(self, given: dict[str, Any]) -> Profile:
        """Return the profile with these fields. Raises `GraphError` 100, naming the field."""
        try:
            said = Profile.model_validate(given)
        except ValidationError as error:
            wrong = error.errors()[0]
            field = ".".join(str(part) for part in wrong["loc"])
            raise GraphError(100, f"Param {field}: {wrong['msg']}") from error
        return self.model_copy(update=said.model_dump(exclude_unset=True))


class NumberState(BaseModel, defer_build=True):
    """A business number as Graph describes it; change it to play another one."""

    model_config = ConfigDict(validate_assignment=True)

    quality_rating: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"] = "GREEN"
    name_status: Literal["APPROVED", "AVAILABLE_WITHOUT_REVIEW", "PENDING_REVIEW", "DECLINED", "NONE"] = (
        "APPROVED"
    )
    code_verification_status: Literal["VERIFIED", "NOT_VERIFIED", "EXPIRED"] = "VERIFIED"
    messaging_limit: Literal["TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"] = "TIER_250"
    """Unique users a day outside windows, of the whole portfolio; told, not enforced."""
    can_send_message: Literal["AVAILABLE", "LIMITED", "BLOCKED"] = "AVAILABLE"
    profile: Profile = Profile()
