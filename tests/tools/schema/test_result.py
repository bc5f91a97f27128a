from cropsmith.tools.schema.result import Decision, Verdict


def decision(verdict: Verdict) -> Decision:
    return Decision(target=0, chosen="a", verdict=verdict, reasons=("r",), source="m")


def test_kept_is_told_beside_the_verdict_and_read_back() -> None:
    for verdict in Verdict:
        made = decision(verdict)
        dumped = made.model_dump(mode="json")
        assert dumped["kept"] is (verdict is Verdict.KEEP)
        assert Decision.model_validate(dumped) == made


def test_what_version_0_1_wrote_is_read() -> None:
    old = decision(Verdict.KEEP).model_dump(mode="json")
    del old["verdict"]
    assert Decision.model_validate(old).verdict is Verdict.KEEP
    assert Decision.model_validate({**old, "kept": False}).verdict is Verdict.CROP
