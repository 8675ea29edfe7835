"""The commands `list`, `show` and `version`."""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import Annotated, Any

import typer

from fc_gym.catalogue import domain_names, env_id
from fc_gym.cli.console import console, say, say_json, sentence, table
from fc_gym.domain import Domain
from fc_gym.errors import DomainError
from fc_gym.registration import load_domain
from fc_gym.tool import Parameter, Tool

__all__ = ["list_domains", "show", "version"]


def list_domains(
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List the domains: ours, and those that installed packages offer."""
    rows = [_summary(name) for name in domain_names()]
    if json:
        say_json(rows)
        return
    columns = ("name", "tools", "reads", "writes", "entities", "gym id")
    cells = [[row.get(column.replace(" ", "_"), "") for column in columns] for row in rows if "error" not in row]
    console.print(table("domains", columns, cells))
    for row in rows:
        if "error" in row:
            say(f"{row['name']} cannot be read: {sentence(row['error'])}")


def show(
    domain: Annotated[str, typer.Argument(help="A domain's name, or a class as file.py:Class or module:Class.")],
    json: Annotated[bool, typer.Option("--json", help="Print the tools as chat APIs take them.")] = False,
) -> None:
    """Show a domain's tools: what each takes, needs and gives."""
    found = load_domain(domain)
    if json:
        say_json([tool.spec() for tool in found.tools.values()])
        return
    say(f"{found.name}: {sentence(found.description)}" if found.description else found.name)
    columns = ("tool", "parameters", "needs", "gives", "what it does")
    console.print(table("", columns, [_row(tool) for tool in found.tools.values()]))
    if found.entities:
        rows = [(one.noun, one.key, one.table) for one in found.entities.values()]
        console.print(table("", ("entity", "key", "table"), rows))


def version() -> None:
    """Print the version."""
    say(f"fc-gym {installed('fc-gym')}")


def _summary(name: str) -> dict[str, Any]:
    try:
        found = load_domain(name)
    except DomainError as error:
        return {"name": name, "error": str(error)}
    return {"name": name, **_counts(found), "gym_id": env_id(name)}


def _counts(domain: Domain) -> dict[str, int]:
    tools, reads = len(domain.tools), sum(tool.reads_only for tool in domain.tools.values())
    return {"tools": tools, "reads": reads, "writes": tools - reads, "entities": len(domain.entities)}


def _row(tool: Tool) -> tuple[str, ...]:
    parameters = "\n".join(_signature(one) for one in tool.parameters.values())
    first = sentence(tool.description.split("\n\n")[0])
    return tool.name, parameters, "\n".join(sorted(tool.needs)), "\n".join(sorted(tool.gives)), first


def _signature(parameter: Parameter) -> str:
    kind = _kind(parameter.schema)
    if parameter.required:
        return f"{parameter.name}: {kind}"
    return (
        f"{parameter.name}?: {kind}"
        if parameter.default is None
        else f"{parameter.name}: {kind} = {parameter.default!r}"
    )


def _kind(schema: Any) -> str:
    if "enum" in schema:
        return " | ".join(map(repr, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
