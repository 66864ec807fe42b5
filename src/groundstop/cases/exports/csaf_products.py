"""Models as the products of a CSAF advisory, and what is said of the state of each."""

from __future__ import annotations

from dataclasses import dataclass

from groundstop.cases.exports.exported import Json, JsonValue
from groundstop.cases.exports.fixes import is_same, shown_of_claim
from groundstop.cases.exports.words import responses
from groundstop.cases.tiers import Told, ToldModel
from groundstop.documents.cases import StandingKind

_UNKNOWN = ToldModel("not attested", "model that is not attested", None, None, None)


@dataclass(frozen=True, slots=True)
class Products:
    """The models of an advisory, each with its state. Every model is in one state alone."""

    affected: tuple[ToldModel, ...]
    fixed: tuple[ToldModel, ...]
    """Models of which an independent verification shows that the class is mitigated."""
    investigated: tuple[ToldModel, ...]
    lost: tuple[str, ...]

    @property
    def models(self) -> tuple[ToldModel, ...]:
        """All of them."""
        return (*self.affected, *self.fixed, *self.investigated)

    def id_of(self, model: ToldModel) -> str:
        """Return a model's product id in this advisory."""
        return f"model-{self.models.index(model) + 1}"

    def ids(self, models: tuple[ToldModel, ...]) -> list[JsonValue]:
        """Return the product ids of models."""
        return [self.id_of(model) for model in models]

    @property
    def open(self) -> tuple[ToldModel, ...]:
        """Those that a remedy is wanted for: all but the fixed."""
        return (*self.affected, *self.investigated)

    def tree(self) -> Json:
        """Return the product tree: provider, name and, where it is known, snapshot."""
        vendors: dict[str, dict[str, list[ToldModel]]] = {}
        for model in self.models:
            vendors.setdefault(model.provider, {}).setdefault(model.name, []).append(model)
        return {
            "branches": [
                {
                    "category": "vendor",
                    "name": vendor,
                    "branches": [self._name(name, models) for name, models in names.items()],
                }
                for vendor, names in vendors.items()
            ]
        }

    def _name(self, name: str, models: list[ToldModel]) -> Json:
        return {
            "category": "product_name",
            "name": name,
            "branches": [
                {
                    "category": "product_version",
                    "name": model.snapshot or "snapshot not stated",
                    "product": self._product(model),
                }
                for model in models
            ],
        }

    def _product(self, model: ToldModel) -> Json:
        product: Json = {"product_id": self.id_of(model), "name": model.label}
        if model.purl is not None and model.purl.startswith("pkg:"):
            product["product_identification_helper"] = {"purl": model.purl}
        return product

    def status(self) -> Json:
        """Return the state of each model."""
        groups = {
            "known_affected": self.affected,
            "fixed": self.fixed,
            "under_investigation": self.investigated,
        }
        return {name: self.ids(models) for name, models in groups.items() if models}


def products_of(told: Told) -> Products:
    """Return the models of an advisory.

    A model that the case is about is affected where a stated requirement is said to be broken, and under
    investigation otherwise. A model that is said to be fixed is fixed when independent verifications of it
    have the verdict ``class_mitigated`` for every finding, affected when one has ``residual``, and under
    investigation otherwise.
    """
    reported = told.models or (_UNKNOWN,)
    is_defect = told.standing is not None and told.standing.standing is StandingKind.DEFECT
    states = dict.fromkeys(reported, "affected" if is_defect else "investigated")
    lost = []
    for claim in responses(told):
        if claim.type != "fix_claimed":
            continue
        model = claim.model
        if model is None or any(is_same(model, one) for one in reported):
            lost.append(
                f"The build that {claim.by} claims to be fixed is no product of its own: "
                "the claim names no other model than the reported one."
            )
            continue
        shown = shown_of_claim(told, claim)
        state = "fixed" if shown.is_mitigated else "affected" if shown.is_residual else "investigated"
        states[model] = state
        if state == "investigated":
            lost.append(f"{model.label} is under investigation: there is no state for a fix that is claimed.")
    by_state = {
        state: tuple(model for model, found in states.items() if found == state)
        for state in ("affected", "fixed", "investigated")
    }
    return Products(
        by_state["affected"], by_state["fixed"], by_state["investigated"], tuple(dict.fromkeys(lost))
    )
