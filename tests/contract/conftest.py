"""Real systems are started once a run, when the first test asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.systems.helpdesk.desk import Helpdesk, helpdesk
from tests.contract.systems.kept import teller
from tests.contract.systems.medusa.shop import MedusaShop, medusa
from tests.contract.systems.stripe_server.shop import StripeAccount
from tests.contract.systems.stripe_server.shop import stripe_account as started
from tests.contract.systems.vendure.shop import VendureShop, vendure


@pytest.fixture(scope="session")
def vendure_shop(request: pytest.FixtureRequest) -> Iterator[VendureShop]:
    with vendure(teller(request.config)) as shop:
        yield shop


@pytest.fixture(scope="session")
def medusa_shop(request: pytest.FixtureRequest) -> Iterator[MedusaShop]:
    with medusa(teller(request.config)) as shop:
        yield shop


@pytest.fixture(scope="session")
def stripe_account(request: pytest.FixtureRequest) -> Iterator[StripeAccount]:
    with started(teller(request.config)) as account:
        yield account


@pytest.fixture(scope="session")
def helpdesk_desk(request: pytest.FixtureRequest) -> Iterator[Helpdesk]:
    with helpdesk(teller(request.config)) as desk:
        yield desk
