"""Messages, windows, limits, prices, media and registration as one thing that can be saved."""

from __future__ import annotations

from pydantic import BaseModel

from wavoice.sim.emulator.graph_number import NumberEdge
from wavoice.sim.emulator.media import MediaState
from wavoice.sim.emulator.media_faults import MediaFaults, MediaFaultsState
from wavoice.sim.emulator.number_state import NumberState
from wavoice.sim.emulator.pricing import PricingState
from wavoice.sim.emulator.rates import RatesState
from wavoice.sim.emulator.registration import RegistrationState
from wavoice.sim.emulator.traffic import Traffic, TrafficState
from wavoice.sim.emulator.windows import WindowsState


class NetworkState(BaseModel, defer_build=True):
    """State of one business number on the phone network; handsets apart."""

    traffic: TrafficState
    windows: WindowsState
    rates: RatesState
    pricing: PricingState
    media: MediaState
    media_faults: MediaFaultsState
    registration: RegistrationState
    number: NumberState


def save(traffic: Traffic, number: NumberEdge, faults: MediaFaults) -> NetworkState:
    """Return a copy of all of it."""
    acceptance = traffic.acceptance
    return NetworkState(
        traffic=traffic.state,
        windows=acceptance.windows.state,
        rates=acceptance.rates.state,
        pricing=traffic.ladder.pricing.state,
        media=traffic.shelf.state,
        media_faults=faults.state,
        registration=acceptance.registration.state,
        number=number.state,
    ).model_copy(deep=True)


def load(state: NetworkState, traffic: Traffic, number: NumberEdge, faults: MediaFaults) -> None:
    """Go on with a copy of it; handsets must be connected already."""
    state, acceptance = state.model_copy(deep=True), traffic.acceptance
    traffic.shelf.load(state.media)
    acceptance.windows.load(state.windows)
    acceptance.rates.load(state.rates)
    acceptance.registration.load(state.registration)
    traffic.ladder.pricing.load(state.pricing)
    faults.load(state.media_faults)
    number.load(state.number)
    traffic.load(state.traffic)
