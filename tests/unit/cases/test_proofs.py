from __future__ import annotations

from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings
from groundstop.cases.proofs import log_proofs
from groundstop.documents.cases import Acknowledged, Remark
from groundstop.evidence.log import leaf_hash, verify_inclusion
from tests.cases import a_case, at, says
from tests.evidence_samples import alder


def test_every_place_in_a_log_has_a_proof_that_holds_under_its_head() -> None:
    case = says(says(a_case(), "elm-models", Acknowledged(), 1), "cedar-desk", Remark(text="So."), 2)
    case = with_sightings(case, alder(), now=at(3))
    state = fold(case)
    told = log_proofs(case, state.cards)
    assert sorted(head.keeper for head in told.heads) == ["alder-lab", "cedar-desk", "elm-models"]
    sizes = {head.root: head.size for head in told.heads}
    seen = [(entry.digest, one) for entry in state.entries for one in entry.sightings]
    assert len(seen) == len(told.proofs) == 8
    for digest, one in seen:
        proof = told.proofs[digest, one.keeper, one.index]
        assert digest in proof.entry
        leaf = leaf_hash(proof.entry.encode())
        path = [bytes.fromhex(step) for step in proof.path]
        verify_inclusion(one.index, sizes[proof.root], leaf, path, bytes.fromhex(proof.root))
