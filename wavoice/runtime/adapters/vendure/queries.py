"""The operations: what is read of an order, and what is done to it."""

from __future__ import annotations

from typing import Final

_ORDER: Final = """
fragment Held on Order {
  id code state orderPlacedAt currencyCode totalWithTax
  customer { id }
  shippingAddress { streetLine1 streetLine2 city province postalCode countryCode }
  lines { quantity orderPlacedQuantity productVariant { name } }
  payments { id method amount state transactionId metadata refunds { id total state reason } }
  fulfillments { state updatedAt }
  modifications { id note }
  history(options: { filter: { type: { in: ["ORDER_CANCELLATION", "ORDER_STATE_TRANSITION"] } }, take: 100,
    sort: { id: DESC } }) { items { type createdAt data } }
  customFields { deliveryDate waRef }
}"""

CUSTOMERS: Final = """query ($notations: [String!]) {
  customers(options: { filter: { phoneNumber: { in: $notations } }, take: 50 }) {
    items { id firstName lastName phoneNumber }
  }
}"""

ORDERS: Final = (
    """query ($customer: ID!) {
  customer(id: $customer) {
    orders(options: {
      filter: { orderPlacedAt: { isNull: false } }, sort: { orderPlacedAt: DESC }, take: 50
    }) {
      items { ...Held }
    }
  }
}"""
    + _ORDER
)

MARKED: Final = (
    """query ($key: String!) {
  orders(options: { filter: { waRef: { contains: $key } }, take: 2 }) { items { ...Held } }
}"""
    + _ORDER
)

NUMBERED: Final = (
    """query ($code: String!) {
  orders(options: { filter: { code: { eq: $code } }, take: 2 }) { items { ...Held } }
}"""
    + _ORDER
)

SAVED_ADDRESSES: Final = """query ($customer: ID!) {
  customer(id: $customer) {
    addresses { streetLine1 streetLine2 city province postalCode country { code } }
  }
}"""

SET_FIELDS: Final = """mutation ($id: ID!, $fields: UpdateOrderCustomFieldsInput!) {
  setOrderCustomFields(input: { id: $id, customFields: $fields }) { __typename id }
}"""

TRANSITION: Final = """mutation ($id: ID!, $state: String!) {
  transitionOrderToState(id: $id, state: $state) {
    __typename ... on Order { id state } ... on OrderStateTransitionError { errorCode }
  }
}"""

MODIFY: Final = """mutation ($input: ModifyOrderInput!) {
  modifyOrder(input: $input) {
    __typename ... on Order { id totalWithTax } ... on ErrorResult { errorCode }
  }
}"""

REFUND: Final = """mutation ($input: RefundOrderInput!) {
  refundOrder(input: $input) {
    __typename ... on Refund { id state } ... on ErrorResult { errorCode }
  }
}"""

CANCEL: Final = """mutation ($id: ID!, $reason: String!) {
  cancelOrder(input: { orderId: $id, reason: $reason, cancelShipping: true }) {
    __typename ... on Order { id state } ... on ErrorResult { errorCode }
  }
}"""
