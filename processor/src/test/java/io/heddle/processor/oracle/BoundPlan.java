package io.heddle.processor.oracle;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.processor.TfmCompiler.Compiled;
import java.util.List;

/** The values of a plan, without its generated class, on a switch of all ranks. */
final class BoundPlan {
  private BoundPlan() {}

  static PlanValues of(Compiled compiled) {
    PlanValues plan = compiled.numbers().values();
    return plan.on(
        new Cluster(
            "switch",
            new Device("device", 1e15, 0.5, 1L << 40, 3e12, 0.8),
            List.of(new NetworkDimension(Topology.SWITCH, plan.mesh().ranks(), 50e9, 1000))));
  }
}
