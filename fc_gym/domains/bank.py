"""The accounts of one private customer at a bank: payments in two steps, cards, disputes and documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, NewType, TypeVar

import numpy as np
from pydantic import Field

from fc_gym.domains.keys import Date, EmailAddress, FileId, PersonName, add_days, draw_today, mint
from fc_gym.domains.words import FIRST_NAMES, LAST_NAMES
from fc_gym.errors import ToolError

__all__ = ["Account", "Bank", "BankCard", "Charge", "Dispute", "File", "Overview", "Payee", "Transfer"]

AccountId = NewType("AccountId", str)
BankCardId = NewType("BankCardId", str)
ChargeId = NewType("ChargeId", str)
TransferId = NewType("TransferId", str)
DisputeId = NewType("DisputeId", str)
SigningCode = NewType("SigningCode", str)

Kind = Literal["debit card", "credit card"]
Amount = Annotated[float, Field(ge=1, le=5000)]
Key = TypeVar("Key", bound=str)
Row = TypeVar("Row")

UNCONFIRMED = 100.0  # most that goes to a payee who was not confirmed
WITHOUT_NOTICE = 2000.0  # most that leaves a savings account in a month
DISPUTE_DAYS = 120
_HINTS = {
    "account_closed": "use an account that is open",
    "already_attached": "attach another file, or go on with the dispute",
    "already_confirmed": "there is nothing left to confirm",
    "already_disputed": "go on with the dispute of this charge",
    "already_executed": "it has gone out; it can be recalled today",
    "already_submitted": "the bank is looking into it, so wait for its answer",
    "already_switched": "there is no need to do it again",
    "card_in_use": "switch the card off first, so that nobody else can use it",
    "card_under_dispute": "a card that was misused stays off for good",
    "double_payment": "go on with the transfer that is there, or pay another amount",
    "insufficient_funds": "move money to the account, or recall a transfer from it",
    "limit_reached": "raise the limit of the account for today, or recall a transfer from it",
    "no_evidence": "attach a file as evidence first",
    "not_executed": "it has not gone out, so there is nothing to recall",
    "not_on_card": "look at the charges of the card",
    "not_found": "look up what there is first",
    "not_higher": "choose a limit above the present one",
    "nothing_due": "choose a file that is an invoice",
    "notice_needed": "take less this month, or take it from another account",
    "payee_not_confirmed": "confirm the payee with the customer's signing code first",
    "same_account": "name two different accounts",
    "savings_account": "use a current account",
    "too_late": "it can no longer be disputed",
    "wrong_code": "ask the customer for the signing code",
}
_CURRENT = ("everyday", "household", "garden club", "rental")
_SAVINGS = ("holiday savings", "rainy-day savings", "new kitchen savings")
_MERCHANTS = (
    "Pixelmart",
    "Hotel Bluebell",
    "Sunrail Tickets",
    "Casa Verde",
    "Quickbite",
    "Gadget Barn",
    "Luna Perfumes",
)
_INVOICES = ("roof repair", "dentist", "music school", "chimney sweep", "car workshop", "language course", "veterinary")
_PAPERS = (
    "police-report.pdf",
    "letter-to-the-shop.docx",
    "boarding-pass.pdf",
    "chat-with-the-seller.png",
    "photo-of-the-parcel.jpg",
)


@dataclass
class Account:
    """An account of the customer; `sent` went out of it today, `withdrawn` out of savings this month.

    Names:
        my {title} account
    """

    id: AccountId
    title: str
    kind: Literal["current", "savings"]
    balance: float
    limit: float
    sent: float = 0.0
    withdrawn: float = 0.0
    closed: bool = False


@dataclass
class Payee:
    """Somebody the customer has saved to send money to.

    Names:
        {name}
    """

    email: EmailAddress
    name: PersonName
    confirmed: bool = False


@dataclass
class BankCard:
    """A card that draws on one of the customer's accounts.

    Names:
        my {kind}
        + ending in {digits}
    """

    id: BankCardId
    kind: Kind
    digits: str
    account: AccountId
    title: str
    on: bool = True


@dataclass
class Charge:
    """What a merchant took by way of a card.

    Names:
        the charge from {merchant}
        + of {amount} euros
        + dated {day}
    """

    id: ChargeId
    merchant: str
    amount: float
    day: Date
    card: BankCardId
    kind: Kind
    digits: str


@dataclass
class File:
    """A document in the customer's postbox; an invoice says what is to be paid.

    Names:
        the file {name}
    """

    id: FileId
    name: str
    size: int = 120
    total: float = 0.0


@dataclass
class Transfer:
    """Money on its way out of an account, to a payee or for an invoice.

    Names:
        my transfer
        + for {name}
        + of {amount} euros
    """

    id: TransferId
    name: str
    amount: float
    account: AccountId
    title: str
    payee: EmailAddress | None = None
    invoice: FileId | None = None
    state: Literal["draft", "executed"] = "draft"


@dataclass
class Dispute:
    """The customer's complaint about a charge that somebody else made.

    Names:
        my dispute with {merchant}
        + over {amount} euros
        + dated {day}
    """

    id: DisputeId
    merchant: str
    amount: float
    day: Date
    charge: ChargeId
    card: BankCardId
    kind: Kind
    digits: str
    evidence: list[str] = field(default_factory=list)
    state: Literal["open", "submitted"] = "open"


@dataclass
class Overview:
    """What the customer has at the bank, apart from documents."""

    total: float
    accounts: list[Account]
    cards: list[BankCard]
    payees: list[Payee]
    transfers: list[Transfer]
    disputes: list[Dispute]


def _refusal(code: str, message: str) -> ToolError:
    return ToolError(message, code=code, hint=_HINTS[code])


def _find(table: dict[Key, Row], key: Key, noun: str) -> Row:
    if key not in table:
        raise _refusal("not_found", f"there is no {noun} {key}")
    return table[key]


@dataclass
class Bank:
    """A private customer's accounts, cards and payees at a bank."""

    today: Date
    minted: int
    code: SigningCode
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    payees: dict[EmailAddress, Payee] = field(default_factory=dict)
    cards: dict[BankCardId, BankCard] = field(default_factory=dict)
    charges: dict[ChargeId, Charge] = field(default_factory=dict)
    files: dict[FileId, File] = field(default_factory=dict)
    transfers: dict[TransferId, Transfer] = field(default_factory=dict)
    disputes: dict[DisputeId, Dispute] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Bank:
        """Draw a customer with accounts, cards and some invoices to pay."""
        today = draw_today(rng)
        code = SigningCode(f"{int(rng.integers(100_000, 1_000_000))}")
        world = cls(today, int(rng.integers(10_000, 900_000)), code)
        _draw_accounts(world, rng)
        _draw_payees(world, rng)
        _draw_cards(world, rng)
        _draw_files(world, rng)
        return world

    def show_finances(self) -> Overview:
        """Show the accounts with their balances, the cards, the payees, and today's transfers and disputes.

        Returns:
            All of it, but neither the charges of a card nor the files.

        Asks:
            tell me how much money I have and where
            give me the big picture of my finances
            How do my accounts stand today?
        Says:
            All in all you have {result.total} euros, spread over these accounts: {result.accounts[].title}.
            Your accounts ({result.accounts[].title}) add up to {result.total} euros.
        """
        total = round(sum((one.balance for one in self.accounts.values()), 0.0), 2)
        mine, people = list(self.accounts.values()), list(self.payees.values())
        under_way = list(self.transfers.values()), list(self.disputes.values())
        return Overview(total, mine, list(self.cards.values()), people, *under_way)

    def list_charges(self, card: BankCardId) -> list[Charge]:
        """List what was paid with a card, the latest first.

        Args:
            card: The card to look at.

        Returns:
            The charges with merchant, amount and day.

        Asks:
            tell me what was paid with {card} lately
            go through the spending on {card}
            Where was {card} used?
        Says:
            On {card} I see {result#} charges[, namely from {result[].merchant}].
            The spending on {card} comes to {result#} entries[: {result[].merchant}].
        """
        _find(self.cards, card, "card")
        found = [one for one in self.charges.values() if one.card == card]
        return sorted(found, key=lambda one: (one.day, one.id), reverse=True)

    def list_postbox(self) -> list[File]:
        """List the files in the customer's postbox: invoices, statements and other papers.

        Returns:
            The files; an invoice has a total to be paid.

        Asks:
            open my postbox and read out what papers there are
            see which documents the bank keeps for me
            Which invoices and other papers are in my postbox?
        Says:
            Your postbox holds {result#} files[: {result[].name}].
            Papers in your postbox: {result#}[, namely {result[].name}].
        """
        return list(self.files.values())

    def confirm_payee(self, payee: EmailAddress, code: SigningCode) -> Payee:
        """Confirm a payee with the customer's signing code, so that more than 100 euros at a time may go there.

        Args:
            payee: The payee who is to be trusted.
            code: The customer's signing code of six digits.

        Returns:
            The payee, now confirmed.

        Asks:
            confirm {payee} as somebody I trust with larger sums; my signing code is {code}
            sign for {payee} as a payee with my code {code}
            I trust {payee} with larger payments and sign that with {code}.
        Says:
            From now on {payee} may get more than 100 euros at a time.
            Your bank has confirmed {payee} for larger sums.

        Consent:
            Whom to trust with larger sums is for the customer to say.
        """
        row = _find(self.payees, payee, "payee")
        if code != self.code:
            raise _refusal("wrong_code", f"{code} is not the signing code")
        if row.confirmed:
            raise _refusal("already_confirmed", f"{payee} is confirmed")
        row.confirmed = True
        return row

    def draft_transfer(self, account: AccountId, payee: EmailAddress, amount: Amount) -> Transfer:
        """Prepare a transfer to a payee; no money moves until it is approved.

        Args:
            account: The current account to pay from.
            payee: Who gets the money.
            amount: How many euros, such as "25", "60", "95", "140", "220", "280", "350" or "480".

        Returns:
            The transfer, a draft that waits for approval.

        Asks:
            prepare a transfer of {amount} euros from {account} to {payee}
            draw up a payment to {payee} over {amount} euros, to be taken from {account}
            I owe {payee} {amount} euros, so get a transfer from {account} ready.
        Says:
            A transfer of {result.amount} euros from your {result.title} account to {payee} is drawn up.
            I have prepared the transfer to {payee}: {result.amount} euros from your {result.title} account.
        """
        row, to, amount = self._paying(account), _find(self.payees, payee, "payee"), round(amount, 2)
        if any((one.payee, one.amount) == (payee, amount) for one in self.transfers.values()):
            raise _refusal("double_payment", f"today's transfers have {amount} euros for {payee}")
        return self._draft(row, to.name, amount, payee=payee)

    def pay_invoice(self, account: AccountId, file: FileId) -> Transfer:
        """Prepare the payment of an invoice with the details on it; no money moves until it is approved.

        Args:
            account: The current account to pay from.
            file: The invoice.

        Returns:
            The transfer over the invoice's total, a draft that waits for approval.

        Asks:
            get {file} ready to be paid from {account}
            set up the payment for {file} out of {account}
            I want to settle the bill in {file} from {account}, so prepare the payment.
        Says:
            The payment for {file} is prepared: {result.amount} euros from your {result.title} account.
            To settle {file}, I have drawn up a transfer of {result.amount} euros from your {result.title} account.
        """
        row, bill = self._paying(account), _find(self.files, file, "file")
        if bill.total <= 0:
            raise _refusal("nothing_due", f"{file} names no sum to be paid")
        if any(one.invoice == file for one in self.transfers.values()):
            raise _refusal("double_payment", f"today's transfers have a payment for {file}")
        return self._draft(row, bill.name, round(bill.total, 2), invoice=file)

    def approve_transfer(self, transfer: TransferId) -> Transfer:
        """Approve a draft, which executes it: the money leaves the account at once.

        Args:
            transfer: The draft to approve.

        Returns:
            The transfer, now executed.

        Asks:
            approve {transfer}
            release {transfer} so that the money goes out
            give {transfer} the final go-ahead
        Says:
            The money is out: {result.amount} euros for {result.name} have left your {result.title} account.
            I released it, and {result.amount} euros went from your {result.title} account for {result.name}.

        Consent:
            Money leaves an account only if the customer says so.
        """
        row = _find(self.transfers, transfer, "transfer")
        if row.state == "executed":
            raise _refusal("already_executed", f"{transfer} has gone out")
        if row.payee and row.amount > UNCONFIRMED and not self.payees[row.payee].confirmed:
            raise _refusal("payee_not_confirmed", f"{row.amount} euros are too much for {row.payee}, not confirmed")
        account = self.accounts[row.account]
        if account.sent + row.amount > account.limit:
            raise _refusal("limit_reached", f"{account.sent} of {account.limit} euros went out of {account.id} today")
        self._need_funds(account, row.amount)
        _book(account, -row.amount)
        account.sent, row.state = round(account.sent + row.amount, 2), "executed"
        return row

    def recall_transfer(self, transfer: TransferId) -> Transfer:
        """Recall a transfer that was executed today: the money comes back and it is a draft again.

        Args:
            transfer: The transfer to get back.

        Returns:
            The transfer, a draft as before its approval.

        Asks:
            recall {transfer} before the day is over
            get the money from {transfer} back into my account
            I regret {transfer}, so fetch the money back.
        Says:
            Your {result.title} account has its {result.amount} euros for {result.name} back.
            I recalled the {result.amount} euros for {result.name}. The transfer is only a draft again.

        Consent:
            Only the customer can decide to take a payment back.
        """
        row = _find(self.transfers, transfer, "transfer")
        if row.state != "executed":
            raise _refusal("not_executed", f"{transfer} is only a draft")
        account = self.accounts[row.account]
        _book(account, row.amount)
        account.sent, row.state = round(account.sent - row.amount, 2), "draft"
        return row

    def move_money(self, source: AccountId, target: AccountId, amount: Amount) -> Account:
        """Move money at once between two of the customer's own accounts; the daily limit does not count.

        Savings accounts give 2000 euros a month without notice.

        Args:
            source: The account that gives the money.
            target: The account that gets it.
            amount: How many euros, such as "50", "100", "200", "300", "450", "600", "800" or "1200".

        Returns:
            The account that got the money.

        Asks:
            move {amount} euros from {source} to {target}
            top up {target} with {amount} euros from {source}
            shift {amount} euros over to {target}, taking them from {source}
        Says:
            I moved the money, and your {result.title} account now holds {result.balance} euros.
            With the {amount} euros from {source}, your {result.title} account is at {result.balance} euros.
        """
        giver, taker = self._open(source), self._open(target)
        if source == target:
            raise _refusal("same_account", f"{source} would give to itself")
        if giver.kind == "savings" and giver.withdrawn + amount > WITHOUT_NOTICE:
            raise _refusal("notice_needed", f"{giver.withdrawn} of {WITHOUT_NOTICE} euros left {source} this month")
        self._need_funds(giver, amount)
        _book(giver, -amount)
        _book(taker, amount)
        if giver.kind == "savings":
            giver.withdrawn = round(giver.withdrawn + amount, 2)
        return taker

    def raise_limit(self, account: AccountId, limit: Literal[800, 1500, 3000]) -> Account:
        """Raise, until midnight, how much may be sent from a current account in a day.

        Args:
            account: The current account.
            limit: The new daily limit in euros.

        Returns:
            The account with its new limit.

        Asks:
            let me send up to {limit} euros from {account} today
            lift the daily limit of {account} to {limit} euros for today
            For today I need a limit of {limit} euros on {account}.
        Says:
            Until midnight you can send {result.limit} euros from your {result.title} account.
            The daily limit of your {result.title} account stands at {result.limit} euros for today.

        Consent:
            A higher limit is a risk that only the customer may take.
        """
        row = self._paying(account)
        if limit <= row.limit:
            raise _refusal("not_higher", f"{account} has a daily limit of {row.limit} euros")
        row.limit = float(limit)
        return row

    def export_statement(self, account: AccountId) -> File:
        """Save today's statement of an account in the postbox; asking again on the same day gives the same file.

        Args:
            account: The account, which may be a closed one.

        Returns:
            The file.

        Asks:
            make a statement of {account} as of today
            export the statement for {account}
            I need something in writing on how {account} stands.
        Says:
            The statement of {account} is in your postbox as {result.name}.
            You will find the figures for {account} in the file {result.name}.
        """
        name = f"statement-{_find(self.accounts, account, 'account').title.replace(' ', '-')}-{self.today}.pdf"
        known = next((one for one in self.files.values() if one.name == name), None)
        return known or self._keep(name, 0.0)

    def switch_card(self, card: BankCardId, state: Literal["on", "off"]) -> BankCard:
        """Switch a card off, so that nobody can pay with it, or on again.

        Args:
            card: The card.
            state: What it shall be.

        Returns:
            The card.

        Asks:
            switch {card} {state}
            turn {card} {state}
            I want {card} switched {state}.
        Says:
            Your {result.kind} ending in {result.digits} is {state} now.
            I have switched your {result.kind} with the last digits {result.digits} {state}.
        """
        row = _find(self.cards, card, "card")
        if row.on == (state == "on"):
            raise _refusal("already_switched", f"{card} is {state}")
        if any(one.card == card and one.state == "submitted" for one in self.disputes.values()):
            raise _refusal("card_under_dispute", f"{card} was misused")
        row.on = state == "on"
        return row

    def open_dispute(self, card: BankCardId, charge: ChargeId) -> Dispute:
        """Begin a dispute about a charge of the last 120 days that the customer did not make.

        The card must be off. The dispute reaches the bank when it is submitted.

        Args:
            card: The card that was misused.
            charge: The charge on it that somebody else made.

        Returns:
            The dispute, open and without evidence.

        Asks:
            start a dispute over {charge} on {card}
            contest {charge} that turned up on {card}
            Somebody else caused {charge} on {card}, so begin a complaint about it.
        Says:
            A dispute with {result.merchant} over {result.amount} euros is open now.
            I have begun the dispute with {result.merchant}, which is about {result.amount} euros.
        """
        row = _find(self.charges, charge, "charge")
        if row.card != _find(self.cards, card, "card").id:
            raise _refusal("not_on_card", f"{charge} was not made with {card}")
        if any(one.charge == charge for one in self.disputes.values()):
            raise _refusal("already_disputed", f"there is a dispute about {charge}")
        if add_days(row.day, DISPUTE_DAYS) < self.today:
            raise _refusal("too_late", f"{charge} is of {row.day}, over {DISPUTE_DAYS} days ago")
        self._need_off(card)
        what, by = (row.merchant, row.amount, row.day, row.id), (row.card, row.kind, row.digits)
        dispute = Dispute(DisputeId(self._mint("DSP")), *what, *by)
        self.disputes[dispute.id] = dispute
        return dispute

    def attach_evidence(self, dispute: DisputeId, file: FileId) -> Dispute:
        """Attach a file to an open dispute as evidence.

        Args:
            dispute: The open dispute.
            file: What proves the customer's point.

        Returns:
            The dispute with its evidence.

        Asks:
            attach {file} to {dispute} as evidence
            back up {dispute} with {file}
            use {file} to support {dispute}
        Says:
            Evidence for {dispute} so far: {result.evidence[]}.
            I have put {file} with the papers for {dispute}.
        """
        row, extra = self._pending(dispute), _find(self.files, file, "file")
        if extra.name in row.evidence:
            raise _refusal("already_attached", f"{extra.name} is with {dispute}")
        row.evidence = [*row.evidence, extra.name]
        return row

    def submit_dispute(self, dispute: DisputeId) -> Dispute:
        """Submit a dispute that has evidence; the bank credits the amount to the card's account for the time being.

        Args:
            dispute: The open dispute, whose card must be off; it cannot be switched on again afterwards.

        Returns:
            The dispute, now with the bank.

        Asks:
            submit {dispute} to the bank
            hand in {dispute} as it stands
            send {dispute} off to be decided, as it is complete
        Says:
            The bank has your dispute with {result.merchant} and credits {result.amount} euros for the time being.
            I handed it in. Until it is decided, you have the {result.amount} euros from {result.merchant} back.

        Consent:
            A dispute accuses somebody, so only the customer may submit it.
        """
        row = self._pending(dispute)
        self._need_off(row.card)
        if not row.evidence:
            raise _refusal("no_evidence", f"{dispute} has no evidence")
        _book(self.accounts[self.cards[row.card].account], row.amount)
        row.state = "submitted"
        return row

    def _mint(self, prefix: str) -> str:
        self.minted += 1
        return mint(prefix, self.minted - 1)

    def _open(self, account: AccountId) -> Account:
        row = _find(self.accounts, account, "account")
        if row.closed:
            raise _refusal("account_closed", f"{account} is closed")
        return row

    def _paying(self, account: AccountId) -> Account:
        row = self._open(account)
        if row.kind == "savings":
            raise _refusal("savings_account", f"{account} is a savings account, which makes no payments")
        return row

    def _pending(self, dispute: DisputeId) -> Dispute:
        row = _find(self.disputes, dispute, "dispute")
        if row.state == "submitted":
            raise _refusal("already_submitted", f"{dispute} is with the bank")
        return row

    def _need_funds(self, account: Account, amount: float) -> None:
        if account.balance < amount:
            raise _refusal("insufficient_funds", f"{account.id} holds {account.balance} euros, {amount} are needed")

    def _need_off(self, card: BankCardId) -> None:
        if self.cards[card].on:
            raise _refusal("card_in_use", f"{card} is on")

    def _draft(
        self, by: Account, name: str, amount: float, payee: EmailAddress | None = None, invoice: FileId | None = None
    ) -> Transfer:
        row = Transfer(TransferId(self._mint("TRF")), name, amount, by.id, by.title, payee, invoice)
        self.transfers[row.id] = row
        return row

    def _keep(self, name: str, total: float) -> File:
        row = File(FileId(self._mint("FIL")), name, total=total)
        self.files[row.id] = row
        return row

    def _account(self, title: str, kind: Literal["current", "savings"], balance: float, limit: float) -> Account:
        row = Account(AccountId(self._mint("ACC")), title, kind, balance, limit)
        self.accounts[row.id] = row
        return row


def _book(account: Account, amount: float) -> None:
    account.balance = round(account.balance + amount, 2)


def _pick(rng: np.random.Generator, values: tuple[str, ...], count: int) -> list[str]:
    return [values[int(at)] for at in rng.permutation(len(values))[:count]]


def _draw_accounts(world: Bank, rng: np.random.Generator) -> None:
    for title in _pick(rng, _CURRENT, int(rng.choice([1, 2, 2, 3]))):
        row = world._account(title, "current", float(rng.integers(40, 800)), float(rng.choice([400, 600, 700])))
        row.sent = float(rng.choice([0, 0, 0, 0.2, 0.6])) * row.limit
    for title in _pick(rng, _SAVINGS, int(rng.integers(1, 3))):
        row = world._account(title, "savings", float(rng.integers(400, 6000)), 0.0)
        row.withdrawn = float(rng.choice([0, 0, 300, 900, 1500]))
    if rng.random() < 0.3:
        world._account("old student", "current", 0.0, 0.0).closed = True


def _draw_payees(world: Bank, rng: np.random.Generator) -> None:
    count = int(rng.integers(3, 7))
    lasts = _pick(rng, LAST_NAMES, count)
    for first, last in zip(_pick(rng, FIRST_NAMES, count), lasts, strict=True):
        email = EmailAddress(f"{first}.{last}@example.org".lower())
        world.payees[email] = Payee(email, PersonName(f"{first} {last}"), bool(rng.random() < 0.4))


def _draw_cards(world: Bank, rng: np.random.Generator) -> None:
    digits = rng.permutation(9000)
    paying = [one for one in world.accounts.values() if one.kind == "current" and not one.closed]
    count = int(rng.choice([1, 1, len(paying)]))
    for at, account in enumerate(paying[:count]):
        kind: Kind = "debit card" if rng.random() < 0.6 else "credit card"
        key, on = BankCardId(world._mint("CRD")), at == 0 or bool(rng.random() < 0.6)
        card = BankCard(key, kind, f"{int(digits[at]) + 1000}", account.id, account.title, on)
        world.cards[key] = card
        for merchant in _pick(rng, _MERCHANTS, int(rng.integers(1, 5))):
            _draw_charge(world, card, merchant, rng)


def _draw_charge(world: Bank, card: BankCard, merchant: str, rng: np.random.Generator) -> None:
    fresh = card.on and (rng.random() < 0.85 or not world.charges)  # what was paid with a card that is off is long ago
    age = int(rng.integers(1, 70) if fresh else rng.integers(DISPUTE_DAYS + 1, 200))
    amount, key = float(rng.integers(9, 900)), ChargeId(world._mint("CHG"))
    day = add_days(world.today, -age)
    world.charges[key] = Charge(key, merchant, amount, day, card.id, card.kind, card.digits)


def _draw_files(world: Bank, rng: np.random.Generator) -> None:
    for what in _pick(rng, _INVOICES, int(rng.integers(2, 5))):
        world._keep(f"invoice-{what.replace(' ', '-')}.pdf", float(rng.integers(30, 650)))
    for name in _pick(rng, _PAPERS, int(rng.integers(1, 3))):
        world._keep(name, 0.0)
