"""How peaks grow, in words."""

from typing import Any

from membench.harness.commands.reporting.growth import growth_section, is_flat
from membench.harness.model import Role
from membench.harness.units import MIB
from membench.reports.document import Section


def entry(
    variant: str, slope: float, *, held: float = 0.0, margin: float = 1.0, straight: bool = True
) -> dict[str, Any]:
    sizes = [100, 1000, 10_000]
    peaks = [20 * MIB + round(slope * size) for size in sizes]
    return {
        "variant": variant,
        "sizes": sizes,
        "peak_bytes": peaks,
        "rise_bytes": peaks[-1] - peaks[0],
        "held_identifier_bytes_per_team": held,
        "slope_bytes_per_team": slope,
        "slope_low": slope - margin,
        "slope_high": slope + margin,
        "intercept_bytes": 20.0 * MIB,
        "straight": straight,
        "largest_residual_bytes": 2.0 * MIB,
    }


def section(*entries: dict[str, Any]) -> Section:
    return growth_section({"scenario": "s", "variants": entries, "failures": []}, "a summary", lambda _: Role.OTHER)


def test_slopes_are_compared_with_the_first_by_their_intervals() -> None:
    notes = " ".join(section(entry("a", 5000), entry("b", 200), entry("c", 4999), entry("d", 6000)).growth_notes)
    assert "b grows more slowly than a" in notes
    assert "The slopes of c and a cannot be told apart" in notes
    assert "d grows faster than a" in notes


def test_what_is_flat_is_called_so_and_what_holds_identifiers_says_how_much_of_its_slope_they_are() -> None:
    notes = " ".join(section(entry("a", 5000, held=100.0), entry("b", 1.0)).growth_notes)
    assert "a holds the identifiers that it scraped, which take 100.0 of its 5,000 bytes a team" in notes
    assert "b is flat as far as these sizes show: +9.7 KiB over all of them" in notes


def test_a_slope_whose_interval_holds_nought_is_flat_and_so_is_a_rise_of_a_mebibyte() -> None:
    assert is_flat(entry("a", 500, margin=501))
    assert is_flat(entry("a", 100))
    assert not is_flat(entry("a", 200))


def test_what_is_no_line_says_so() -> None:
    assert "do not lie on a straight line" in " ".join(section(entry("a", 5000, straight=False)).growth_notes)


def test_a_variant_without_a_line_is_left_out() -> None:
    whole = section(entry("a", 5000), entry("b", 1.0) | {"slope_bytes_per_team": None})
    assert [growth.variant for growth in whole.growth] == ["a"]
    assert section().headline == "There are too few peaks for a line."
