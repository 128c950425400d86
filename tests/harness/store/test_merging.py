from dataclasses import replace
from pathlib import PurePath

from sample_results import ENVIRONMENT, results, sample

from membench.harness.store.merging import merge, with_artifacts_below


def test_all_samples_are_kept_in_order_and_of_one_key_the_first() -> None:
    first, second = results(sample(), sample("all")), results(sample("all", (7,)), sample("fix-1"))
    merged, warnings = merge([("a", first), ("b", second)])
    assert [(one.variant, one.median_bytes) for one in merged.samples] == [
        ("baseline", 100),
        ("all", 100),
        ("fix-1", 100),
    ]
    assert warnings == ("1 of the samples in b have another peak in a document before it, which is shown",)


def test_a_sample_that_says_the_same_again_is_no_news() -> None:
    once = results(sample())
    assert merge([("a", once), ("b", once)]) == (once, ())


def test_environments_that_differ_are_named() -> None:
    other = replace(results(sample("all")), environment=replace(ENVIRONMENT, fingerprint="def"))
    _, warnings = merge([("a", results(sample())), ("b", other)])
    assert warnings == ("b comes from another environment than a: their figures cannot be compared",)


def test_one_document_is_itself() -> None:
    one = results(sample())
    assert merge([("a", one)]) == (one, ())


def test_artifacts_are_named_as_seen_from_the_report() -> None:
    run = results(sample(artifacts=("artifacts/flame.html",)))
    assert with_artifacts_below(run, PurePath("league")).samples[0].artifacts == ("league/artifacts/flame.html",)
    assert with_artifacts_below(run, PurePath()).samples[0].artifacts == ("artifacts/flame.html",)
    assert with_artifacts_below(run, PurePath("../x")).samples[0].artifacts == ("../x/artifacts/flame.html",)


def test_the_revisions_of_all_are_named() -> None:
    one, other = (replace(results(sample(name)), revision=name) for name in ("baseline", "all"))
    merged, _ = merge([("a", one), ("b", other), ("c", one)])
    assert merged.revision == "baseline, all"
