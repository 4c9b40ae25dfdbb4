package io.heddle.runtime.simulate.collective;

import io.heddle.plan.mesh.Collective;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The collectives that can be simulated, by their numbers in a trace. */
final class KnownCollectives {
  private static final Collective[] BY_TYPE = new Collective[8];

  static {
    for (Collective collective : Collective.values()) {
      BY_TYPE[collective.chakraType()] = collective;
    }
  }

  private KnownCollectives() {}

  /** The collective of a Chakra number. */
  static Collective of(long chakraType) {
    Collective known =
        chakraType >= 0 && chakraType < BY_TYPE.length ? BY_TYPE[(int) chakraType] : null;
    if (known == null) {
      throw new SimulationFault(
          "comm_type "
              + chakraType
              + " cannot be simulated: only "
              + Arrays.stream(Collective.values())
                  .map(each -> each.astraSimName() + " (" + each.chakraType() + ")")
                  .collect(Collectors.joining(", "))
              + ", broadcast (5)");
    }
    return known;
  }
}
