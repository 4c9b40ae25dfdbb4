package io.heddle.processor.oracle;

import io.heddle.plan.Cluster;
import io.heddle.plan.Device;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.NetworkDimension.Topology;
import io.heddle.plan.PlanValues;
import io.heddle.plan.figure.MeasuredTransfer;
import io.heddle.plan.figure.TransferFigures;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.straggler.Jitter;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.straggler.Straggler.Scope;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.StragglingFlattener;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Plans on random networks, with ranks that are slow. */
final class RandomFlattener {
  /** On it the small models that are drawn take time. */
  private static final Device SLOW = new Device("slow", 1e9, 1, 1L << 30, 1e9, 1);

  private RandomFlattener() {}

  /** The plan {@code P} of a text, if it compiles. */
  static Optional<Flattener> of(String text, Random random) {
    TfmCompiler compiler = TfmCompiler.read(new Source("random.tfm", text), Imports.LIBRARY_ONLY);
    return compiler
        .compile("P")
        .map(
            compiled -> {
              GeneratedClass generated = GeneratedClass.of(compiled.java("demo"));
              PlanValues plan = generated.defaults();
              Cluster cluster = new Cluster("any", SLOW, network(plan.mesh().ranks(), random));
              Flattener whole = generated.flattener(plan.on(cluster));
              return StragglingFlattener.of(whole, stragglers(whole, random));
            });
  }

  /** Any dimensions that have as many ranks together. */
  private static List<NetworkDimension> network(int ranks, Random random) {
    List<NetworkDimension> network = new ArrayList<>();
    int rest = ranks;
    while (rest > 1) {
      int size = rest;
      for (int divisor = 2; divisor < rest; divisor++) {
        if (rest % divisor == 0 && random.nextInt(3) > 0) {
          size = divisor;
          break;
        }
      }
      List<Topology> topologies = List.of(Topology.values());
      Topology topology = topologies.get(random.nextInt(topologies.size()));
      double bandwidth = 1e9 * (1 + random.nextInt(9));
      network.add(
          new NetworkDimension(
              topology, size, bandwidth, random.nextInt(4) * 137, figures(bandwidth, random)));
      rest /= size;
    }
    return network.isEmpty()
        ? List.of(new NetworkDimension(Topology.SWITCH, 1, 1e9, 100))
        : network;
  }

  /** For one in four networks what transfers really reach, of a few ranks and of more. */
  private static List<TransferFigures> figures(double bandwidth, Random random) {
    if (random.nextInt(4) > 0) {
      return List.of();
    }
    List<TransferFigures> figures = new ArrayList<>();
    for (MeasuredTransfer kind : MeasuredTransfer.values()) {
      figures.add(new TransferFigures(kind, 0, bandwidth / (1 + random.nextInt(4)), 1e3, 200));
    }
    return figures;
  }

  private static Stragglers stragglers(Flattener flattener, Random random) {
    List<Straggler> slow = new ArrayList<>();
    if (random.nextInt(3) == 0) {
      BigDecimal factor = new BigDecimal("1.25");
      boolean stage = random.nextBoolean();
      int all = stage ? flattener.stages() : flattener.mesh().ranks();
      slow.add(new Straggler(stage ? Scope.STAGE : Scope.RANK, random.nextInt(all), factor));
    }
    Jitter jitter = random.nextInt(20) == 0 ? new Jitter(new BigDecimal("0.1"), 7) : Jitter.NONE;
    return new Stragglers(slow, jitter);
  }
}
