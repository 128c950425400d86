"""The colours of roles and phases: the same in every chart and on every page."""

from membench.harness.model import Role

# Okabe and Ito's palette (jfly.uni-koeln.de/color): told apart with every common colour blindness.
COLOURS = {
    Role.REFERENCE: "#7F7F7F",
    Role.BEFORE: "#D55E00",
    Role.AFTER: "#009E73",
    Role.SINGLE: "#0072B2",
    Role.STEP: "#56B4E9",
    Role.AS_WRITTEN: "#CC79A7",
    Role.REMEDY: "#117733",
    Role.OTHER: "#B8A000",
}
RISE = "#E69F00"  # of a step that costs memory, and of what is lost when a fix is left out
# The ends of ColorBrewer's PuOr: told apart with every common colour blindness, and equally dark.
REPLACE, NEED = "#B35806", "#542788"
# Phases are told apart from each other and never stand beside roles' bars.
PHASE_COLOURS = ("#999999", "#0072B2", "#E69F00", "#CC79A7", "#56B4E9", "#F0E442", "#000000")
