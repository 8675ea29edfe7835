"""The ticket tools of BFCL: one queue of tickets, and whoever is logged in to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NotRequired, Self, TypedDict

from fc_gym.bfcl.keys import TicketId

__all__ = ["Denied", "LoginStatus", "Status", "Success", "Ticket", "TicketAPI"]

_EDITABLE = frozenset({"title", "description", "status", "priority"})


class Denied(TypedDict):
    """Why a tool did nothing."""

    error: str


class Status(TypedDict):
    """What was done to a ticket."""

    status: str


class Success(TypedDict):
    """Whether it worked."""

    success: bool


class LoginStatus(TypedDict):
    """Whether anybody is logged in."""

    login_status: bool


class Ticket(TypedDict):
    """Something to be dealt with."""

    id: TicketId
    title: str
    description: str
    status: str
    priority: int
    created_by: str
    resolution: NotRequired[str]


@dataclass
class TicketAPI:
    """A queue of tickets."""

    ticket_queue: list[Ticket] = field(default_factory=list)
    """All tickets, oldest first; where two have the same id, only the first is ever found."""
    ticket_counter: int = 1
    """Id of the next ticket."""
    current_user: str | None = None
    """Who is logged in."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make the start state of a task.

        Args:
            config: Values of public fields by name; what is missing has its default, other names are ignored.
            long_context: Makes no difference here.

        Returns:
            The queue, which shares its tickets with the config.
        """
        return cls(**{name: value for name, value in config.items() if name in cls.__dataclass_fields__})

    def create_ticket(self, title: str, description: str = "", priority: int = 1) -> Ticket | Denied:
        """Open a ticket in the name of the user.

        Args:
            title: What it is about.
            description: More on that.
            priority: From 1 to 5, the most urgent.

        Returns:
            The ticket, or an error if nobody is logged in or the priority is out of range.
        """
        if not self.current_user:
            return {"error": "User not authenticated. Please log in to create a ticket."}
        if priority < 1 or priority > 5:
            return {"error": "Invalid priority. Priority must be between 1 and 5."}
        ticket: Ticket = {
            "id": TicketId(self.ticket_counter),
            "title": title,
            "description": description,
            "status": "Open",
            "priority": priority,
            "created_by": self.current_user,
        }
        self.ticket_queue.append(ticket)
        self.ticket_counter += 1
        return ticket

    def get_ticket(self, ticket_id: TicketId) -> Ticket | Denied:
        """Look a ticket up.

        Args:
            ticket_id: Its id.

        Returns:
            The ticket, or an error if there is none with this id.
        """
        ticket = self._find(ticket_id)
        return _not_found(ticket_id) if ticket is None else ticket

    def close_ticket(self, ticket_id: TicketId) -> Status | Denied:
        """Close a ticket that is not closed yet; nobody needs to be logged in.

        Args:
            ticket_id: Its id.

        Returns:
            What was done, or an error if the ticket is unknown or closed.
        """
        ticket = self._find(ticket_id)
        if ticket is None:
            return _not_found(ticket_id)
        if ticket["status"] == "Closed":
            return {"error": f"Ticket with ID {ticket_id} is already closed."}
        ticket["status"] = "Closed"
        return {"status": f"Ticket {ticket_id} has been closed successfully."}

    def resolve_ticket(self, ticket_id: TicketId, resolution: str) -> Status | Denied:
        """Note how a ticket was resolved, even if it is closed; nobody needs to be logged in.

        Args:
            ticket_id: Its id.
            resolution: How it was resolved.

        Returns:
            What was done, or an error if the ticket is unknown or resolved.
        """
        ticket = self._find(ticket_id)
        if ticket is None:
            return _not_found(ticket_id)
        if ticket["status"] == "Resolved":
            return {"error": f"Ticket with ID {ticket_id} is already resolved."}
        ticket["status"] = "Resolved"
        ticket["resolution"] = resolution
        return {"status": f"Ticket {ticket_id} has been resolved successfully."}

    def edit_ticket(self, ticket_id: TicketId, updates: dict[str, Any]) -> Status | Denied:
        """Change some fields of a ticket, without any check of their values.

        Args:
            ticket_id: Its id.
            updates: New values of title, description, status or priority; a field given as None stays as it is.

        Returns:
            What was done, or an error if the ticket is unknown or a field is not one of these; then none is changed.
        """
        ticket = self._find(ticket_id)
        if ticket is None:
            return _not_found(ticket_id)
        unknown = set(updates.keys()) - _EDITABLE  # in the order of the set, which depends on PYTHONHASHSEED
        if unknown:
            return {"error": f"Invalid fields for update: {', '.join(unknown)}"}
        ticket.update({name: value for name, value in updates.items() if value is not None})  # type: ignore[typeddict-item]
        return {"status": f"Ticket {ticket_id} has been updated successfully."}

    def ticket_login(self, username: str, password: str) -> Success:
        """Log in; every pair is accepted unless one of the two is empty.

        Args:
            username: Who logs in, instead of whoever is logged in.
            password: Anything.

        Returns:
            Whether it worked.
        """
        accepted = bool(username and password)
        if accepted:
            self.current_user = username
        return {"success": accepted}

    def ticket_get_login_status(self) -> LoginStatus:
        """Tell whether anybody is logged in.

        Returns:
            The answer.
        """
        return {"login_status": bool(self.current_user)}

    def logout(self) -> Success:
        """Log out.

        Returns:
            Whether anybody was logged in.
        """
        if not self.current_user:
            return {"success": False}
        self.current_user = None
        return {"success": True}

    def get_user_tickets(self, status: str | None = None) -> list[Ticket] | list[Denied]:
        """List the tickets that the user has opened.

        Args:
            status: Only those with this status, whatever its case; all if empty or None.

        Returns:
            The tickets, or one error in a list if nobody is logged in.
        """
        if not self.current_user:
            denied: Denied = {"error": "User not authenticated. Please log in to view tickets."}
            return [denied]
        own = [ticket for ticket in self.ticket_queue if ticket["created_by"] == self.current_user]
        if status:
            own = [ticket for ticket in own if ticket["status"].lower() == status.lower()]
        return own

    def _find(self, ticket_id: TicketId) -> Ticket | None:
        return next((ticket for ticket in self.ticket_queue if ticket["id"] == ticket_id), None)


def _not_found(ticket_id: TicketId) -> Denied:
    return {"error": f"Ticket with ID {ticket_id} not found."}
