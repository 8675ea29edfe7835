"""An online shop for furniture and household goods, as one of its customers sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal, NewType, TypeVar

import numpy as np
from pydantic import Field

from fc_gym.domains.keys import City, Date, FileId, add_days, draw_today, mint, weekday
from fc_gym.domains.words import CITIES
from fc_gym.errors import ToolError

__all__ = ["Address", "Card", "Checkout", "Invoice", "Line", "Order", "Parcel", "PastOrder", "Product", "Shop"]

ProductId = NewType("ProductId", str)
AddressId = NewType("AddressId", str)
PaymentId = NewType("PaymentId", str)
OrderId = NewType("OrderId", str)
ParcelId = NewType("ParcelId", str)

Category = Literal["living room", "bedroom", "kitchen", "office", "garden"]
Status = Literal["paid", "packed", "shipped", "delivered", "cancelled"]
State = Literal["open", "handed in", "refunded"]
Method = Literal["Visa card", "Mastercard", "gift card"]
Workday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
Key = TypeVar("Key", bound=str)
Row = TypeVar("Row")

CART_LIMIT = 8  # pieces that one delivery can carry
RETURN_DAYS = 30
STATES: tuple[State, ...] = ("open", "open", "handed in", "refunded")
HINTS = {
    "not_found": "look up what there is first",
    "cart_full": "order what is in the cart first, or take something out",
    "not_enough_stock": "want fewer, counting those in the cart, or look for something similar",
    "not_in_cart": "look at what is in the cart first",
    "cart_empty": "put something in the cart first",
    "address_in_use": "wait until it has arrived, or cancel it while it has not shipped",
    "no_delivery_address": "choose one for the delivery first",
    "payment_expired": "pay another way",
    "balance_too_low": "pay another way, or take something out of the cart",
    "order_cancelled": "pick an order that still stands",
    "already_shipped": "once it has arrived, its goods can be returned",
    "already_rescheduled": "a delivery can be moved only once",
    "already_delivered": "its delivery is over, but its goods can be returned",
    "not_shipped": "it has to leave the warehouse first",
    "not_delivered": "once it has shipped and arrived, confirm that first",
    "not_in_order": "look at the lines of the order",
    "already_returned": "go on with the return that is listed with the order",
    "return_window_closed": "it can no longer be returned",
    "not_handed_in": "register that it was handed in first",
    "already_handed_in": "there is no need to do it again",
    "already_refunded": "the money is on its way",
}
KINDS: dict[Category, tuple[tuple[str, int], ...]] = {  # with the least price
    "living room": (("armchair", 120), ("bookcase", 80), ("floor lamp", 35)),
    "bedroom": (("bed frame", 150), ("bedside table", 30), ("duvet", 40)),
    "kitchen": (("dining table", 140), ("bar stool", 35), ("saucepan set", 45)),
    "office": (("desk", 90), ("swivel chair", 70), ("filing cabinet", 60)),
    "garden": (("bench", 65), ("parasol", 40), ("storage box", 25)),
}
SERIES = ("Alder", "Brindle", "Corvo", "Fennick", "Halden", "Mirren", "Orsa", "Tamsin")
COLOURS = ("white", "black", "grey", "green", "blue", "red")


@dataclass
class Product:
    """An article in the shop's catalogue.

    Names:
        the {name}
        + in {colour}
        + for {price} euros
    """

    id: ProductId
    name: str
    colour: str
    price: float
    category: Category
    stock: int
    delivery_days: int


@dataclass
class Address:
    """A place the customer has saved for deliveries.

    Names:
        my {label} address
        + in {city}
    """

    id: AddressId
    label: str
    city: City
    street: str


@dataclass
class Card:
    """A card or gift card the customer has saved; only gift cards have a balance.

    Names:
        my {method}
        + ending in {digits}
    """

    id: PaymentId
    method: Method
    digits: str
    expires: Date
    balance: float | None = None


@dataclass
class Line:
    """One article in the cart or in an order."""

    product: ProductId
    name: str
    colour: str
    price: float
    quantity: int
    amount: float


@dataclass
class Order:
    """What the customer bought in one go.

    Names:
        my order
        + placed on {placed}
        + worth {total} euros
        + going to {city}
    """

    id: OrderId
    placed: Date
    total: float
    label: str
    city: City
    status: Status
    due: Date
    moved: bool
    payment: PaymentId
    method: str
    digits: str
    lines: list[Line]


@dataclass
class Parcel:
    """An article of a delivered order on its way back to the shop, under a tracking number.

    Names:
        my return of the {name}
        + in {colour}
        + bought on {placed}
    """

    id: ParcelId
    product: ProductId
    name: str
    colour: str
    price: float
    amount: float
    order: OrderId
    placed: Date
    total: float
    city: City
    reason: str
    opened: Date
    tracking: str
    state: State


@dataclass
class PastOrder(Order):
    """An order together with the returns of its articles."""

    returns: list[Parcel]


@dataclass
class Invoice:
    """The invoice of an order, a PDF file.

    Names:
        the file {name}
    """

    id: FileId
    name: str
    order: OrderId
    placed: Date
    total: float
    city: City


@dataclass
class Checkout:
    """The cart, where it will go, and the saved addresses and ways to pay."""

    lines: list[Line]
    contents: str
    total: float
    deliver_to: Address | None
    addresses: list[Address]
    payments: list[Card]


def _refusal(code: str, message: str) -> ToolError:
    return ToolError(message, code=code, hint=HINTS[code])


def _find(table: dict[Key, Row], key: Key, noun: str) -> Row:
    if key not in table:
        raise _refusal("not_found", f"there is no {noun} {key}")
    return table[key]


@dataclass
class Shop:
    """The account of one customer at an online shop for furniture and household goods."""

    today: Date
    minted: int
    products: dict[ProductId, Product] = field(default_factory=dict)
    addresses: dict[AddressId, Address] = field(default_factory=dict)
    payments: dict[PaymentId, Card] = field(default_factory=dict)
    cart: dict[ProductId, int] = field(default_factory=dict)
    delivery: AddressId | None = None
    orders: dict[OrderId, Order] = field(default_factory=dict)
    parcels: dict[ParcelId, Parcel] = field(default_factory=dict)
    invoices: dict[FileId, Invoice] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Shop:
        """Draw an account with a history, and a shop that has some goods left."""
        today = draw_today(rng)
        world = cls(today=today, minted=int(rng.integers(10_000, 900_000)))
        _draw_products(world, rng)
        _draw_account(world, rng)
        _draw_orders(world, rng)
        _draw_returns(world, rng)
        _draw_cart(world, rng)
        return world

    def search_products(self, text: str | None = None, category: Category | None = None) -> list[Product]:
        """Search the catalogue; without arguments, list all of it.

        Args:
            text: A word from the name or colour, such as "chair", "table", "lamp", "box", "Corvo", "Orsa",
                "green" or "white".
            category: The part of the home it is for.

        Returns:
            The matching products with price and stock.

        Asks:
            show me what you sell[ for the {category}][, only things that match "{text}"]
            look through the catalogue[ for the {category}][ and pick out what matches "{text}"]
            What do you offer[ for the {category}][ if I look for "{text}"]?
        Says:
            I found {result#} products[: {result[].name}].
            There are {result#} articles that fit[, namely {result[].name}].
        """
        rows = [row for row in self.products.values() if category in (None, row.category)]
        return [row for row in rows if (text or "").lower() in f"{row.name} {row.colour}".lower()]

    def show_checkout(self) -> Checkout:
        """Show the cart together with the saved addresses, cards and gift cards.

        Returns:
            What is in the cart, where it goes, and the addresses and ways to pay to choose from.

        Asks:
            show me what is in my cart and how I could pay for it
            check my cart along with the addresses and cards you have for me
            What is waiting in my cart, and what would it all cost?
        Says:
            Your cart comes to {result.total} euros[ and holds {result.contents}].
            At the moment the cart adds up to {result.total} euros[: {result.contents}].
        """
        lines = self._lines(self.cart)
        contents = ", ".join(f"{line.name} in {line.colour} ({line.quantity})" for line in lines)
        chosen = None if self.delivery is None else self.addresses[self.delivery]
        addresses, payments = list(self.addresses.values()), list(self.payments.values())
        return Checkout(lines, contents, self._total(), chosen, addresses, payments)

    def add_to_cart(self, product: ProductId, quantity: Annotated[int, Field(ge=1, le=6)] = 1) -> float:
        """Put a product in the cart, on top of what is in there already.

        Args:
            product: The product to buy.
            quantity: How many pieces to add, such as "1", "2", "3" or "4".

        Returns:
            What the cart costs now, in euros.

        Asks:
            put {product} in my cart[, {quantity} of them]
            add {product} to the cart[ and make that {quantity} pieces]
            I would like to have {product} in my cart[, {quantity} pieces please].
        Says:
            I have put {product} in your cart[, {quantity} of them]; it now comes to {result} euros.
            Your cart now has {product} in it and costs {result} euros altogether.
        """
        row = _find(self.products, product, "product")
        wanted = self.cart.get(product, 0) + quantity
        if sum(self.cart.values()) + quantity > CART_LIMIT:
            raise _refusal("cart_full", f"{quantity} more would make over {CART_LIMIT} pieces in the cart")
        if wanted > row.stock:
            raise _refusal("not_enough_stock", f"{wanted} of {product} wanted, {row.stock} in stock")
        self.cart[product] = wanted
        return self._total()

    def remove_from_cart(self, product: ProductId) -> float:
        """Take all pieces of a product out of the cart.

        Args:
            product: The product to take out.

        Returns:
            What the cart still costs, in euros.

        Asks:
            take {product} out of my cart
            drop {product} from the cart
            clear {product} from my cart after all
        Says:
            I took {product} out of the cart, which leaves {result} euros to pay.
            Your cart no longer has {product} in it and now costs {result} euros.
        """
        _find(self.products, product, "product")
        if product not in self.cart:
            raise _refusal("not_in_cart", f"{product} is not in the cart")
        del self.cart[product]
        return self._total()

    def choose_delivery(self, address: AddressId) -> Address:
        """Choose the saved address that the cart will be delivered to.

        Args:
            address: Where the goods should go.

        Returns:
            The chosen address.

        Asks:
            have what is in my cart delivered to {address}
            use {address} for the delivery of my cart
            set the cart up so that it goes to {address}
        Says:
            The cart will be delivered to {address}, that is {result.street} in {result.city}.
            I have set {address} for the delivery.
        """
        row = _find(self.addresses, address, "address")
        self._need_cart()
        self.delivery = address
        return row

    def delete_address(self, address: AddressId) -> Address:
        """Delete a saved address that no open order goes to; if it was chosen for the cart, choose anew.

        Args:
            address: The address to delete.

        Returns:
            The address as it was.

        Asks:
            forget about {address}
            take {address} off my account, as I no longer use it
            delete {address} so that nothing gets sent there any more
        Says:
            I have removed {address} from your account.
            Done, nothing will be sent to {address} any more.
        """
        row = _find(self.addresses, address, "address")
        under_way = [one.placed for one in self.orders.values() if one.label == row.label and _open(one)]
        if under_way:
            raise _refusal("address_in_use", f"the order of {under_way[0]} is still going to {address}")
        self.delivery = None if self.delivery == address else self.delivery
        return self.addresses.pop(address)

    def submit_order(self, payment: PaymentId) -> Order:
        """Order everything in the cart; it goes to the chosen address and is paid at once.

        Args:
            payment: The card or gift card that pays for all of it.

        Returns:
            The new order.

        Asks:
            order what is in my cart and pay with {payment}
            buy everything in the cart, charging it to {payment}
            check out my cart using {payment}
            I am ready to buy what is in my cart, so please place the order with {payment}.
        Says:
            Your order is placed: {result.total} euros, paid with {payment}, arriving on {result.due}.
            I charged {result.total} euros to {payment}. Expect your goods in {result.city} on {result.due}.
        """
        means = _find(self.payments, payment, "payment")
        self._need_cart()
        if self.delivery is None:
            raise _refusal("no_delivery_address", "no address is chosen")
        self._need_stock()
        self._need_funds(means, self._total())
        order = self._order(self.addresses[self.delivery], means, self.today, "paid", self.cart)
        order.due = add_days(self.today, max(self.products[key].delivery_days for key in self.cart))
        self._pay(payment, -order.total)
        for key, count in self.cart.items():
            self.products[key].stock -= count
        self.cart, self.delivery = {}, None
        return order

    def list_orders(self, status: Status | None = None) -> list[PastOrder]:
        """List the customer's orders with their articles and the returns of these.

        Args:
            status: List only orders in this state.

        Returns:
            The orders, oldest first.

        Asks:
            show me my orders[, only the ones that are {status}]
            go through the orders I have placed with you[ and keep to those that are {status}]
            Which orders do I have with you[ that are {status}]?
        Says:
            I found {result#} orders[, placed on {result[].placed}].
            There are {result#} such orders on your account[, dated {result[].placed}].
        """
        rows = [row for row in self.orders.values() if status in (None, row.status)]
        return [PastOrder(**vars(row), returns=self._returns(row)) for row in rows]

    def withdraw_order(self, order: OrderId) -> Order:
        """Cancel an order that has not shipped yet and pay it back.

        Args:
            order: The order to cancel.

        Returns:
            The order, cancelled; its total goes back to the card that paid for it.

        Asks:
            cancel {order}
            call off {order} and give me my money back
            stop {order} before it goes out
        Says:
            I have cancelled {order} and {result.total} euros are going back to your {result.method}.
            It is done: {order} is off, and you get {result.total} euros back.
        """
        row = self._live(order)
        if row.status in ("shipped", "delivered"):
            raise _refusal("already_shipped", f"{order} has left the warehouse")
        row.status = "cancelled"
        for line in row.lines:
            self.products[line.product].stock += line.quantity
        self._pay(row.payment, row.total)
        return row

    def reschedule_delivery(self, order: OrderId, day: Workday) -> Order:
        """Move the delivery of an order to another day; each order can be moved once.

        Args:
            order: The order under way.
            day: The day of the week, the first that is at least two days ahead.

        Returns:
            The order with its new delivery date.

        Asks:
            move the delivery of {order} to {day}
            have {order} brought on {day} instead
            arrange for {order} to arrive on {day}
        Says:
            The courier will now bring {order} on {day}, {result.due}.
            I have moved the delivery of {order} to {result.due}, a {day}.
        """
        row = self._live(order)
        self._need_undelivered(row)
        if row.moved:
            raise _refusal("already_rescheduled", f"{order} was moved to {row.due} before")
        row.due = next(date for n in range(2, 9) if weekday(date := add_days(self.today, n)) == day)
        row.moved = True
        return row

    def confirm_receipt(self, order: OrderId) -> Order:
        """Confirm that a shipped order has arrived today, which closes its delivery.

        Args:
            order: The order that has arrived.

        Returns:
            The order, now delivered.

        Asks:
            confirm that {order} has arrived
            let the shop know that I have received {order}
            mark {order} as delivered today
        Says:
            I have confirmed that {order} reached you on {result.due}.
            The shop now has {order} down as delivered.
        """
        row = self._live(order)
        self._need_undelivered(row)
        if row.status != "shipped":
            raise _refusal("not_shipped", f"{order} is only {row.status}")
        row.status, row.due = "delivered", self.today
        return row

    def open_return(self, order: OrderId, product: ProductId, reason: str) -> Parcel:
        """Open the return of one article of an order, within 30 days after delivery, and issue its label.

        Args:
            order: The delivered order.
            product: The article that goes back, all pieces of it.
            reason: Why it goes back, such as "it has a scratch", "it is too big for the room",
                "a screw is missing", "it wobbles", "the colour looks different at home", "I changed my mind",
                "I ordered it by mistake", "it came too late" or "it does not match the pictures".

        Returns:
            The return with the tracking number on its label.

        Asks:
            return {product} from {order} because {reason}
            start a return for {product} out of {order}, since {reason}
            I want to give back {product} that came with {order} because {reason}.
        Says:
            The return of {product} is open. Its label carries the tracking number {result.tracking}.
            You can send {product} back under {result.tracking} and will get {result.amount} euros for it.
        """
        _find(self.products, product, "product")
        row = self._live(order)
        return self._parcel(row, self._returnable(row, product), reason, self.today)

    def hand_in_return(self, parcel: ParcelId) -> Parcel:
        """Register that the parcel of an open return was handed in at a parcel shop.

        Args:
            parcel: The return that was handed in.

        Returns:
            The return, now handed in.

        Asks:
            register that I dropped off {parcel} at the parcel shop
            tell the shop that I have handed in {parcel}
            note that the courier has got {parcel} now
        Says:
            I have noted that you handed in {parcel}, tracking number {result.tracking}.
            The shop knows now that {parcel} is on its way.

        Consent:
            Only the customer knows that the parcel was handed in.
        """
        row = _find(self.parcels, parcel, "return")
        if row.state != "open":
            raise _refusal("already_handed_in", f"{parcel} was handed in before")
        row.state = "handed in"
        return row

    def claim_refund(self, parcel: ParcelId) -> Parcel:
        """Have the price of a return paid back once its parcel is handed in.

        Args:
            parcel: The return to be refunded.

        Returns:
            The return, refunded; its amount goes back to the card that paid for it.

        Asks:
            get me the money for {parcel}
            have {parcel} refunded
            claim the refund for {parcel}
        Says:
            You get {result.amount} euros back for {parcel}, the way you paid.
            The refund of {result.amount} euros for {parcel} is on its way.
        """
        row = _find(self.parcels, parcel, "return")
        if row.state == "refunded":
            raise _refusal("already_refunded", f"{parcel} was refunded before")
        if row.state == "open":
            raise _refusal("not_handed_in", f"the parcel of {parcel} was not handed in")
        row.state = "refunded"
        self._pay(self.orders[row.order].payment, row.amount)
        return row

    def export_invoice(self, order: OrderId) -> Invoice:
        """Save the invoice of a delivered order as a PDF file; asking again gives the same file.

        Args:
            order: The order to be invoiced.

        Returns:
            The file and its name.

        Asks:
            get me the invoice for {order} as a file
            save a PDF of the bill for {order}
            I need the invoice of {order} for my records.
        Says:
            The invoice for {order} is saved as {result.name}.
            You will find the bill for {order} in the file {result.name}.
        """
        row = self._live(order)
        self._need_delivered(row)
        for known in self.invoices.values():
            if known.order == order:
                return known
        name = f"invoice-{row.placed}-{len(self.invoices) + 1}.pdf"
        file = Invoice(FileId(self._mint("FIL")), name, order, row.placed, row.total, row.city)
        self.invoices[file.id] = file
        return file

    def _mint(self, prefix: str) -> str:
        self.minted += 1
        return mint(prefix, self.minted - 1)

    def _lines(self, goods: dict[ProductId, int]) -> list[Line]:
        rows = [(self.products[key], count) for key, count in goods.items()]
        return [Line(it.id, it.name, it.colour, it.price, n, round(it.price * n, 2)) for it, n in rows]

    def _total(self) -> float:
        return round(sum((line.amount for line in self._lines(self.cart)), 0.0), 2)

    def _need_cart(self) -> None:
        if not self.cart:
            raise _refusal("cart_empty", "the cart is empty")

    def _need_stock(self) -> None:
        for key, count in self.cart.items():
            if count > self.products[key].stock:
                left = self.products[key].stock
                raise _refusal("not_enough_stock", f"{count} of {key} in the cart, {left} in stock")

    def _need_funds(self, means: Card, total: float) -> None:
        if means.expires < self.today:
            raise _refusal("payment_expired", f"{means.id} expired on {means.expires}")
        if means.balance is not None and means.balance < total:
            raise _refusal("balance_too_low", f"{means.id} holds {means.balance} euros, {total} are due")

    def _live(self, order: OrderId) -> Order:
        row = _find(self.orders, order, "order")
        if row.status == "cancelled":
            raise _refusal("order_cancelled", f"{order} is cancelled")
        return row

    def _need_undelivered(self, row: Order) -> None:
        if row.status == "delivered":
            raise _refusal("already_delivered", f"{row.id} arrived on {row.due}")

    def _need_delivered(self, row: Order) -> None:
        if row.status != "delivered":
            raise _refusal("not_delivered", f"{row.id} is {row.status}, not delivered")

    def _returnable(self, row: Order, product: ProductId) -> Line:
        line = next((line for line in row.lines if line.product == product), None)
        if line is None:
            raise _refusal("not_in_order", f"{product} is not in {row.id}")
        self._need_delivered(row)
        if any(parcel.product == product for parcel in self._returns(row)):
            raise _refusal("already_returned", f"{product} of {row.id} has a return")
        if add_days(row.due, RETURN_DAYS) < self.today:
            raise _refusal("return_window_closed", f"{row.id} arrived on {row.due}, too long ago")
        return line

    def _pay(self, payment: PaymentId, amount: float) -> None:
        means = self.payments[payment]
        if means.balance is not None:
            means.balance = round(means.balance + amount, 2)

    def _order(self, to: Address, by: Card, day: Date, status: Status, goods: dict[ProductId, int]) -> Order:
        lines, key = self._lines(goods), OrderId(self._mint("ORD"))
        total, ways = round(sum(line.amount for line in lines), 2), (by.id, by.method, by.digits)
        self.orders[key] = Order(key, day, total, to.label, to.city, status, day, False, *ways, lines)
        return self.orders[key]

    def _returns(self, row: Order) -> list[Parcel]:
        return [parcel for parcel in self.parcels.values() if parcel.order == row.id]

    def _parcel(self, row: Order, line: Line, reason: str, day: Date) -> Parcel:
        key, tracking = ParcelId(self._mint("RET")), self._mint("TRK")
        goods = (line.product, line.name, line.colour, line.price, line.amount)
        order = (row.id, row.placed, row.total, row.city)
        self.parcels[key] = Parcel(key, *goods, *order, reason, day, tracking, "open")
        return self.parcels[key]


def _open(order: Order) -> bool:
    return order.status in ("paid", "packed", "shipped")


def _pick(rng: np.random.Generator, values: Iterable[Row], count: int) -> list[Row]:
    pool = list(values)
    return [pool[int(at)] for at in rng.permutation(len(pool))[:count]]


def _draw_products(world: Shop, rng: np.random.Generator) -> None:
    kinds = [(category, kind, low) for category, rows in KINDS.items() for kind, low in rows]
    for at in rng.permutation(len(kinds))[: int(rng.integers(6, 10))]:
        category, kind, low = kinds[int(at)]
        name = f"{SERIES[int(rng.integers(len(SERIES)))]} {kind}"
        price = float(rng.integers(low, 3 * low))
        for colour in _pick(rng, COLOURS, int(rng.choice([1, 1, 2]))):
            stock, days = int(rng.integers(0, 8)), int(rng.integers(2, 10))
            key = ProductId(world._mint("ART"))
            world.products[key] = Product(key, name, colour, price, category, stock, days)


def _draw_account(world: Shop, rng: np.random.Generator) -> None:
    labels = _pick(rng, ("home", "work", "summer house", "studio"), int(rng.integers(2, 4)))
    for label, city in zip(labels, _pick(rng, CITIES, len(labels)), strict=True):
        place = AddressId(world._mint("ADR"))
        street = _pick(rng, ("Mill Lane", "Station Road", "Linden Street", "Harbour Walk"), 1)[0]
        world.addresses[place] = Address(place, label, City(city), f"{int(rng.integers(1, 90))} {street}")
    digits = rng.permutation(9000)
    methods: tuple[Method, ...] = ("Visa card", "Mastercard", "Visa card", "gift card", "gift card")
    for at, method in enumerate(methods):
        if at == 0 or rng.random() < 0.6:
            card = PaymentId(world._mint("PAY"))
            expires = add_days(world.today, int(rng.integers(-60 if at == 2 else 20, 700)))
            balance = float(rng.integers(2, 60) * 10) if method == "gift card" else None
            world.payments[card] = Card(card, method, f"{int(digits[at]) + 1000}", expires, balance)


def _draw_orders(world: Shop, rng: np.random.Generator) -> None:
    ages = np.cumsum(rng.integers(1, 12, size=int(rng.integers(1, 6))))
    for age in reversed([int(age) for age in ages]):
        status = _status(age, rng)
        goods = {key: int(rng.integers(1, 4)) for key in _pick(rng, world.products, int(rng.integers(1, 4)))}
        to, by = _pick(rng, world.addresses.values(), 1)[0], _pick(rng, world.payments.values(), 1)[0]
        order = world._order(to, by, add_days(world.today, -age), status, goods)
        days = int(rng.integers(3, 8)) if status == "delivered" else age + int(rng.integers(1, 9))
        order.due, order.moved = add_days(order.placed, days), bool(rng.random() < 0.15)


def _status(age: int, rng: np.random.Generator) -> Status:
    fresh: tuple[Status, ...] = ("paid", "packed")
    young: tuple[Status, ...] = ("paid", "packed", "shipped", "shipped", "cancelled")
    old: tuple[Status, ...] = ("delivered", "delivered", "delivered", "shipped", "cancelled")
    return _pick(rng, fresh if age < 5 else young if age < 9 else old, 1)[0]


def _draw_returns(world: Shop, rng: np.random.Generator) -> None:
    for order in world.orders.values():
        for line in order.lines if order.status == "delivered" else []:
            if rng.random() < 0.35:
                parcel = world._parcel(order, line, "it does not match the pictures", add_days(order.due, 1))
                parcel.state = _pick(rng, STATES, 1)[0]


def _draw_cart(world: Shop, rng: np.random.Generator) -> None:
    for key in _pick(rng, world.products, int(rng.choice([0, 0, 1, 2, 2]))):
        world.cart[key] = int(rng.integers(1, 3))  # may exceed the stock: others bought it since
    waiting = [order for order in world.orders.values() if order.status in ("paid", "packed")]
    if waiting and world.cart and rng.random() < 0.4:
        key = waiting[0].lines[0].product
        world.products[key].stock, world.cart[key] = 0, 1
    if rng.random() < 0.5:
        world.delivery = _pick(rng, world.addresses, 1)[0]
