"""The trading tools of BFCL: stocks, orders, an account and a watchlist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self, TypedDict, cast

from fc_gym.bfcl.bulk import bulk
from fc_gym.bfcl.draws import Draws
from fc_gym.bfcl.keys import CompanyName, OrderId, Sector, StockSymbol
from fc_gym.bfcl.texts import Spelled, SpelledList, json_text

__all__ = [
    "Balance",
    "CancelledOrder",
    "Denied",
    "FilteredStocks",
    "FoundSymbol",
    "OrderHistory",
    "PlacedOrder",
    "Status",
    "StockList",
    "TradingBot",
    "Watchlist",
]

_SEED = 1053520
_NOW = datetime(2024, 9, 1, 10, 30)
_DAY_SECONDS = 86_400
_DATE, _STAMP = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"
_SYMBOLS: Mapping[str, str] = {
    "Apple": "AAPL", "Google": "GOOG", "Tesla": "TSLA", "Microsoft": "MSFT", "Nvidia": "NVDA", "Amazon": "AMZN",
    "Alpha Tech": "ALPH", "Omega Industries": "OMEG", "Quasar Ltd.": "QUAS", "Neptune Systems": "NEPT",
    "Synex Solutions": "SYNX", "Zeta Corp": "ZETA", "Gorilla": "GORI",
}  # fmt: skip
_SECTORS: Mapping[str, tuple[str, ...]] = {
    "Technology": ("AAPL", "GOOG", "MSFT", "NVDA"),
    "Automobile": ("TSLA", "F", "GM"),
}
_QUOTED = ("price", "percent_change", "volume", "MA(5)", "MA(20)")
_QUOTES: Mapping[str, tuple[float, ...]] = {
    "AAPL": (227.16, 0.17, 2.552, 227.11, 227.09),
    "GOOG": (2840.34, 0.24, 1.123, 2835.67, 2842.15),
    "TSLA": (667.92, -0.12, 1.654, 671.15, 668.2),
    "MSFT": (310.23, 0.09, 3.234, 309.88, 310.11),
    "NVDA": (220.34, 0.34, 1.234, 220.45, 220.67),
    "ALPH": (1320.45, -0.08, 1.567, 1321.12, 1325.78),
    "OMEG": (457.23, 0.12, 2.345, 456.78, 458.12),
    "QUAS": (725.89, -0.03, 1.789, 726.45, 728.0),
    "NEPT": (88.34, 0.19, 0.654, 88.21, 88.67),
    "SYNX": (345.67, 0.11, 2.112, 345.34, 346.12),
    "ZETA": (22.09, -0.05, 0.789, 22.12, 22.34),
}
_LOADED = frozenset({
    "orders", "account_info", "authenticated", "market_status", "order_counter", "stocks", "watch_list",
    "transaction_history",
})  # fmt: skip


class Denied(TypedDict):
    """Why a tool did nothing."""

    error: str


class Status(TypedDict):
    """How it went."""

    status: str


class Balance(TypedDict):
    """What is left after a movement of money."""

    status: str
    new_balance: float


class PlacedOrder(TypedDict):
    """An order as it was taken."""

    order_id: OrderId
    order_type: str
    status: str
    price: float
    amount: float


class CancelledOrder(TypedDict):
    """An order that will not be carried out."""

    order_id: OrderId
    status: str


class OrderHistory(TypedDict):
    """The orders of the account, oldest first."""

    history: list[OrderId]


class FoundSymbol(TypedDict):
    """The symbol of a company, or a text that says there is none."""

    symbol: StockSymbol


class StockList(TypedDict):
    """The stocks of a sector."""

    stock_list: list[StockSymbol]


class FilteredStocks(TypedDict):
    """The stocks within a price range."""

    filtered_stocks: list[StockSymbol]


class Watchlist(TypedDict):
    """The stocks that are watched."""

    watchlist: list[StockSymbol]


def _default_orders() -> dict[OrderId, Any]:
    orders = [
        {"id": 12345, "order_type": "Buy", "symbol": "AAPL", "price": 210.65, "amount": 10, "status": "Completed"},
        {"id": 12446, "order_type": "Sell", "symbol": "GOOG", "price": 2840.56, "amount": 5, "status": "Pending"},
    ]
    return {OrderId(int(str(order["id"]))): order for order in orders}


def _default_stocks() -> dict[StockSymbol, dict[str, Any]]:
    return {StockSymbol(symbol): dict(zip(_QUOTED, quote, strict=True)) for symbol, quote in _QUOTES.items()}


@dataclass
class TradingBot:
    """An account at a stock broker, and the market as it stood on one Sunday morning."""

    orders: dict[OrderId, Any] = field(default_factory=_default_orders)
    """Id to order; a config may hold entries that are no order, under ids that are no number."""
    account_info: dict[str, Any] = field(
        default_factory=lambda: {"account_id": 12345, "balance": 10000.0, "binding_card": 1974202140965533}
    )
    authenticated: bool = False
    market_status: str = "Closed"
    """`Open` or `Closed`; money can be withdrawn only while it is open."""
    order_counter: int = 12446
    """Id of the next order; by default that of an order which is there, and which it replaces."""
    stocks: dict[StockSymbol, dict[str, Any]] = field(default_factory=_default_stocks)
    watch_list: list[StockSymbol] = field(default_factory=lambda: [StockSymbol("NVDA")])
    transaction_history: list[dict[str, Any]] = field(default_factory=list)
    long_context: bool = False
    _random: Draws = field(default_factory=lambda: Draws(_SEED), repr=False, compare=False)

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make the start state of a task.

        Args:
            config: Field to value, and `random_seed`; its lists and dicts become the account's own.
            long_context: Let the tools add their bulk data to what they tell.

        Returns:
            The account; what the config leaves out has its default.
        """
        given = {name: value for name, value in config.items() if name in _LOADED}
        if "orders" in given:
            given["orders"] = {_order_id(written): order for written, order in given["orders"].items()}
        return cls(**given, long_context=long_context, _random=Draws.configured(config, _SEED))

    def get_current_time(self) -> dict[str, str]:
        """Tell the time, which stands still.

        Returns:
            `current_time`, with AM or PM.
        """
        return {"current_time": f"{_NOW:%H:%M} AM"}

    def get_symbol_by_name(self, name: CompanyName) -> FoundSymbol:
        """Look up the stock symbol of a company.

        Args:
            name: Name of the company, spelled exactly.

        Returns:
            `symbol`, or the text "Stock not found" in its place.
        """
        return {"symbol": StockSymbol(_SYMBOLS.get(name, "Stock not found"))}

    def get_stock_info(self, symbol: StockSymbol) -> dict[str, Any]:
        """Show price, change, volume and moving averages of a stock.

        Args:
            symbol: Symbol of the stock.

        Returns:
            The figures by name, or an error if it is not traded.
        """
        if symbol not in self.stocks:
            return {"error": f"Stock with symbol '{symbol}' not found."}
        stock = self.stocks[symbol]
        if not self.long_context:
            return stock
        more, told = bulk().trading, stock.copy()
        for name, values in more.averages.items():
            told[name] = list(values)
        return Spelled(told, more.averages_json)

    def get_order_details(self, order_id: OrderId) -> dict[str, Any]:
        """Show one order.

        Args:
            order_id: Id of the order.

        Returns:
            The order as it is kept, or an error that lists all ids.
        """
        if order_id not in self.orders:
            return {
                "error": f"Order with ID {order_id} not found.Here is the list of orders_id: {list(self.orders.keys())}"
            }
        order: dict[str, Any] = self.orders[order_id]
        if self.long_context:
            more, told = bulk().trading, order.copy()
            told["metadata"] = more.about(told["symbol"])
            return Spelled(told, {"metadata": more.about_json(told["symbol"])})
        return order

    def cancel_order(self, order_id: OrderId) -> CancelledOrder | Denied:
        """Cancel an order that is not completed; no login is needed.

        Args:
            order_id: Id of the order.

        Returns:
            The id and the new `status`, or an error.
        """
        if order_id not in self.orders:
            return {"error": f"Order with ID {order_id} not found."}
        order = self.orders[order_id]
        if order["status"] == "Completed":
            return {"error": f"Can't cancel order {order_id}. Order is already completed."}
        order["status"] = "Cancelled"
        return {"order_id": order_id, "status": "Cancelled"}

    def place_order(self, order_type: str, symbol: StockSymbol, price: float, amount: int) -> PlacedOrder | Denied:
        """Order shares to be bought or sold; the balance must cover the whole shares bought, and stays as it is.

        Args:
            order_type: "Buy" or "Sell".
            symbol: Symbol of the stock.
            price: Price of one share.
            amount: Number of shares.

        Returns:
            The order with its id, or an error.
        """
        if not self.authenticated:
            return {"error": "User not authenticated. Please log in to place an order."}
        if symbol not in self.stocks:
            return {"error": f"Invalid stock symbol: {symbol}"}
        if price <= 0 or amount <= 0:
            return {"error": "Price and amount must be positive values."}
        if order_type.lower() == "buy":
            cost, have = float(price) * int(amount), self.account_info.get("balance", 0)
            if cost > have:
                return {"error": f"Insufficient funds: required ${cost:.2f} but only ${have:.2f} available."}
        return self._placed({"order_type": order_type, "symbol": symbol, "price": float(price), "amount": amount})

    def withdraw_funds(self, amount: float) -> Balance | Denied:
        """Take money out of the account while the market is open.

        Args:
            amount: How much, in dollars.

        Returns:
            `status` and `new_balance`, or an error.
        """
        if not self.authenticated:
            return {"error": "User not authenticated. Please log in to make a transaction."}
        if self.market_status != "Open":
            return {"error": "Market is closed. Transactions are not allowed."}
        if amount <= 0:
            return {"error": "Transaction amount must be positive."}
        if amount > self.account_info["balance"]:
            return {"error": "Insufficient funds for withdrawal."}
        self.account_info["balance"] -= amount
        return self._booked("withdrawal", amount, "Withdrawal successful")

    def fund_account(self, amount: float) -> Balance | Denied:
        """Pay money into the account.

        Args:
            amount: How much, in dollars.

        Returns:
            `status` and `new_balance`, or an error.
        """
        if not self.authenticated:
            return {"error": "User not authenticated. Please log in to fund the account."}
        if amount <= 0:
            return {"error": "Funding amount must be positive."}
        self.account_info["balance"] += amount
        return self._booked("deposit", amount, "Account funded successfully")

    def get_account_info(self) -> dict[str, Any]:
        """Show id, balance and card of the account.

        Returns:
            `account_id`, `balance` and `binding_card`, or an error.
        """
        if not self.authenticated:
            return {"error": "User not authenticated. Please log in to view account information."}
        return self.account_info

    def trading_login(self, username: str, password: str) -> Status:
        """Log in; any name and password will do.

        Args:
            username: Name of the user.
            password: Password of the user.

        Returns:
            `status`, which also tells whether somebody was logged in before.
        """
        if self.authenticated:
            return {"status": "Already logged in"}
        self.authenticated = True
        return {"status": "Logged in successfully"}

    def trading_get_login_status(self) -> dict[str, bool]:
        """Tell whether somebody is logged in.

        Returns:
            `status`, true or false.
        """
        return {"status": bool(self.authenticated)}

    def trading_logout(self) -> Status:
        """Log out.

        Returns:
            `status`, which also tells whether nobody was logged in.
        """
        if not self.authenticated:
            return {"status": "No user is currently logged in"}
        self.authenticated = False
        return {"status": "Logged out successfully"}

    def add_to_watchlist(self, stock: StockSymbol) -> Watchlist:
        """Watch a stock; one that is not traded or watched already changes nothing.

        Args:
            stock: Symbol of the stock.

        Returns:
            The `watchlist` after it.
        """
        if stock in self.stocks and stock not in self.watch_list:
            self.watch_list.append(stock)
        return {"watchlist": self.watch_list}

    def remove_stock_from_watchlist(self, symbol: StockSymbol) -> Status | Denied:
        """Watch a stock no longer.

        Args:
            symbol: Symbol of the stock.

        Returns:
            `status`, or an error.
        """
        if not self.authenticated:
            return {"error": "User not authenticated. Please log in to modify the watchlist."}
        if symbol not in self.watch_list:
            return {"error": f"Stock {symbol} not found in watchlist."}
        self.watch_list.remove(symbol)
        return {"status": f"Stock {symbol} removed from watchlist successfully."}

    def get_watchlist(self) -> Watchlist | list[Any]:
        """Show the stocks that are watched.

        Returns:
            The `watchlist`; in long context a bare list of it and the bulk data, which ends in an ellipsis.
        """
        if not self.authenticated:
            return ["Error: User not authenticated. Please log in to view the watchlist."]
        if self.long_context:
            more = bulk().trading
            told: list[Any] = self.watch_list.copy()
            own = f"{str(told)[1:-1]}, " if told else ""
            told.extend([*more.watched, ...])
            return SpelledList(told, f"[{own}{more.watched_told}, Ellipsis]")
        return {"watchlist": self.watch_list}

    def get_order_history(self) -> OrderHistory | list[Denied]:
        """List the ids of all orders.

        Returns:
            The ids under `history`, or a list of one error.
        """
        if not self.authenticated:
            return [{"error": "User not authenticated. Please log in to view order history."}]
        return {"history": list(self.orders.keys())}

    def get_transaction_history(
        self, start_date: str | None = None, end_date: str | None = None
    ) -> dict[str, list[dict[str, Any]]] | list[Denied]:
        """List what was paid in and withdrawn between the first moments of two days.

        Args:
            start_date: First day, written YYYY-MM-DD; no limit if left out.
            end_date: Last day, written YYYY-MM-DD; no limit if left out.

        Returns:
            The entries under `transaction_history`, or a list of one error.
        """
        if not self.authenticated:
            return [{"error": "User not authenticated. Please log in to view transaction history."}]
        first = datetime.strptime(start_date, _DATE) if start_date else datetime.min
        last = datetime.strptime(end_date, _DATE) if end_date else datetime.max
        stamped = [(datetime.strptime(entry["timestamp"], _STAMP), entry) for entry in self.transaction_history]
        found = [entry for moment, entry in stamped if first <= moment <= last]
        if self.long_context:
            found += [dict(entry) for entry in bulk().trading.transactions]
        return {"transaction_history": found}

    def get_available_stocks(self, sector: Sector) -> StockList:
        """List the stocks of a sector.

        Args:
            sector: Name of the sector: "Technology" or "Automobile".

        Returns:
            The symbols under `stock_list`; none for any other sector.
        """
        known = cast("tuple[StockSymbol, ...]", _SECTORS.get(sector, ()))
        if not self.long_context or not known:
            return {"stock_list": list(known)}
        more = bulk().trading
        told = f"{json_text(known)[:-1]}, {more.sectors_json[sector][1:]}"
        return cast(StockList, Spelled({"stock_list": [*known, *more.sectors[sector]]}, {"stock_list": told}))

    def filter_stocks_by_price(self, stocks: list[StockSymbol], min_price: float, max_price: float) -> FilteredStocks:
        """Pick the stocks whose price lies in a range; one that is not traded counts as free.

        Args:
            stocks: Symbols to pick from.
            min_price: Lowest price, in dollars.
            max_price: Highest price, in dollars.

        Returns:
            The symbols under `filtered_stocks`.
        """
        priced = ((symbol, self.stocks.get(symbol, {}).get("price", 0)) for symbol in stocks)
        return {"filtered_stocks": [symbol for symbol, price in priced if price >= min_price and price <= max_price]}

    def notify_price_change(self, stocks: list[StockSymbol], threshold: float) -> dict[str, str]:
        """Tell which stocks rose or fell by so much.

        Args:
            stocks: Symbols to look at; those that are not traded are passed over.
            threshold: Least change either way, in percent.

        Returns:
            One sentence under `notification`.
        """
        moved = [
            symbol
            for symbol in stocks
            if symbol in self.stocks and abs(self.stocks[symbol]["percent_change"]) >= threshold
        ]
        if not moved:
            return {"notification": "No significant price changes in the selected stocks."}
        return {"notification": f"Stocks {', '.join(moved)} have significant price changes."}

    def _placed(self, order: Mapping[str, Any]) -> PlacedOrder:
        order_id = OrderId(self.order_counter)
        self.orders[order_id] = {"id": order_id, **order, "status": "Open"}
        self.order_counter += 1
        return {
            "order_id": order_id,
            "order_type": order["order_type"],
            "status": "Pending",
            "price": order["price"],
            "amount": order["amount"],
        }

    def _booked(self, kind: str, amount: float, status: str) -> Balance:
        self.transaction_history.append({"type": kind, "amount": amount, "timestamp": self._moment()})
        return {"status": status, "new_balance": self.account_info["balance"]}

    def _moment(self) -> str:
        moment = _NOW + timedelta(seconds=self._random.randint(0, _DAY_SECONDS))
        return moment.strftime(_STAMP)


def _order_id(written: Any) -> Any:
    numeral = isinstance(written, str) and written.isdigit()
    return OrderId(int(written)) if numeral else written
