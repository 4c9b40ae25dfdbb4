package io.heddle.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.plan.Cluster;
import io.heddle.plan.NetworkDimension;
import io.heddle.plan.PlanValues;
import io.heddle.plan.Recompute;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.trace.Direction;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * GPT-3 with each product split over kp1 = 2 and kp2 = 4, in both ways: what a layer computes and
 * sends, and what the end of the step sends, against closed forms. M is the tokens of a rank.
 */
final class TwoDimensionalSplitTest {
  private static final long KP1 = 2;
  private static final long KP2 = 4;
  private static final long M = 2048;
  private static final long S = 2048;
  private static final long H = 12288;

  /** All heads together. */
  private static final long A = H;

  private static final long F = 4 * H;
  private static final long LAYERS_OF_STAGE = 6;

  /** A rank in the middle of the pipeline. */
  private static final int RANK = 7 * 16 + 5;

  private static final Recorded CR = new Recorded("Kp2x4");
  private static final Recorded RC = new Recorded("Kp2x4Rc");

  /** What one rank does in a layer of its first micro-batch, and at the end of the step. */
  private static final class Recorded implements NodeSink {
    private final Flattener flattener;
    private final Map<Direction, List<String>> collectives = new TreeMap<>();
    private final Map<String, Long> products = new LinkedHashMap<>();
    private int layer = -1;

    Recorded(String plan) {
      GeneratedClass generated =
          GeneratedClass.of(Sources.shipped("gpt3_kp.tfm", plan).java("demo"));
      flattener = generated.flattener(onOneSwitch(generated.defaults()));
      flattener.emit(RANK, this);
    }

    /** On a network of one dimension an all-to-all is one node. */
    private static PlanValues onOneSwitch(PlanValues plan) {
      NetworkDimension network = plan.cluster().dimensions().get(1);
      NetworkDimension flat =
          new NetworkDimension(
              network.topology(), 256, network.bandwidth(), network.latencyNanos());
      return plan.withRecompute(Recompute.NONE)
          .on(new Cluster("flat", plan.cluster().device(), List.of(flat)));
    }

    private boolean counts(NodeHeader node) {
      if (node.direction() == Direction.STEP) {
        return true;
      }
      layer = layer < 0 ? node.layer() : layer;
      return node.microBatch() == 0 && node.layer() == layer;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {
      if (counts(node) && kernel.matmulOperations() > 0) {
        products.put(node.operation(), kernel.matmulOperations());
      }
    }

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long bytes) {
      if (counts(node)) {
        collectives
            .computeIfAbsent(node.direction(), unused -> new ArrayList<>())
            .add(node(collective, node.operation(), String.join(" ", group.axes()), bytes));
      }
    }

    @Override
    public void send(NodeHeader node, int peer, int tag, long bytes) {}

    @Override
    public void receive(NodeHeader node, int peer, int tag, long bytes) {}
  }

  private static String node(Collective collective, String operation, String axes, long bytes) {
    return collective + " " + operation + " over " + axes + ": " + bytes;
  }

  private static String gather(String operation, String axes, long bytes) {
    return node(Collective.ALL_GATHER, operation, axes, bytes);
  }

  private static String scatter(String operation, String axes, long bytes) {
    return node(Collective.REDUCE_SCATTER, operation, axes, bytes);
  }

  private static String reduce(String operation, String axes, long bytes) {
    return node(Collective.ALL_REDUCE, operation, axes, bytes);
  }

  private static String exchange(String operation, String axes, long bytes) {
    return node(Collective.ALL_TO_ALL, operation, axes, bytes);
  }

  @Test
  void ranks() {
    for (Recorded recorded : List.of(CR, RC)) {
      PlanValues plan = recorded.flattener.plan();
      assertThat(List.of(plan.axis("kp1"), plan.axis("kp2"))).containsExactly(KP1, KP2);
      assertThat(recorded.flattener.mesh().ranks())
          .isEqualTo(Math.toIntExact(plan.axis("dp") * plan.axis("pp") * KP1 * KP2));
    }
  }

  /** (m, k/kp1, n) forward; the backward products have as many operations each. */
  @Test
  void productsOfCr() {
    assertThat(CR.products).containsExactlyInAnyOrderEntriesOf(products(M, KP1));
  }

  /** (m/kp1, k, n/kp2) forward: M is m/kp1 already. */
  @Test
  void productsOfRc() {
    assertThat(RC.products).containsExactlyInAnyOrderEntriesOf(products(M, KP2));
  }

  /** Operations of the six products of a layer and of their backward passes on one of the ranks. */
  private static Map<String, Long> products(long m, long ranks) {
    Map<String, Long> products = new LinkedHashMap<>();
    Map<String, Long> weights =
        Map.of(
            "attention.qkv", 2 * m * H * 3 * A / ranks,
            "attention.wo", 2 * m * A * H / ranks,
            "mlp.up", 2 * m * H * F / ranks,
            "mlp.down", 2 * m * F * H / ranks);
    weights.forEach(
        (name, operations) -> {
          products.put(name, operations);
          products.put(name + ".dx", operations);
          products.put(name + ".dw", operations);
        });
    long scoresAndValues = 2 * (2 * m * S * A) / ranks;
    products.put("attention.o", scoresAndValues);
    products.put("attention.o.dx", 2 * scoresAndValues);
    return products;
  }

  /** Behind each product a reduce-scatter over kp1 of m n, in bf16; norms sum fp32 statistics. */
  @Test
  void forwardOfCr() {
    assertThat(CR.collectives.get(Direction.FORWARD))
        .containsExactly(
            reduce("attention.reduce.a.statistics", "kp1", 4 * M),
            reduce("attention.reduce.a.statistics.2", "kp1", 4 * M),
            scatter("attention.scatter.aq", "kp1", 2 * M * A),
            scatter("attention.scatter.ak", "kp1", 2 * M * A),
            scatter("attention.scatter.av", "kp1", 2 * M * A),
            scatter("attention.scatter.wo", "kp1", 2 * M * H),
            reduce("mlp.reduce.a.statistics", "kp1", 4 * M),
            reduce("mlp.reduce.a.statistics.2", "kp1", 4 * M),
            scatter("mlp.scatter.up", "kp1", 2 * M * F),
            scatter("mlp.scatter.down", "kp1", 2 * M * H));
  }

  /** Before each product's gradients an all-gather over kp1, of this rank's m n/kp1. */
  @Test
  void backwardOfCr() {
    assertThat(CR.collectives.get(Direction.BACKWARD))
        .containsExactly(
            gather("mlp.gather.dout", "kp1", 2 * M * H / KP1),
            gather("mlp.gather.dup", "kp1", 2 * M * F / KP1),
            reduce("mlp.reduce.a.dx.statistics", "kp1", 4 * M),
            reduce("mlp.reduce.a.dx.statistics.2", "kp1", 4 * M),
            gather("attention.gather.dout", "kp1", 2 * M * H / KP1),
            gather("attention.gather.dq", "kp1", 2 * M * A / KP1),
            gather("attention.gather.dk", "kp1", 2 * M * A / KP1),
            gather("attention.gather.dv", "kp1", 2 * M * A / KP1),
            reduce("attention.reduce.a.dx.statistics", "kp1", 4 * M),
            reduce("attention.reduce.a.dx.statistics.2", "kp1", 4 * M));
  }

  /** Before wo and down, which need all of k, and behind them. */
  @Test
  void forwardOfRc() {
    assertThat(RC.collectives.get(Direction.FORWARD))
        .containsExactly(
            gather("attention.gather.o", "kp2", 2 * M * A / KP2),
            gather("attention.gather.out", "kp2", 2 * M * H / KP2),
            gather("mlp.gather.u", "kp2", 2 * M * F / KP2),
            gather("mlp.gather.out", "kp2", 2 * M * H / KP2));
  }

  /**
   * The input's gradient is a partial sum over kp2. For a weight's gradient, k/kp1 by n/kp2, the
   * left operand changes its rows for columns and the right one is gathered over kp1.
   */
  @Test
  void backwardOfRc() {
    assertThat(RC.collectives.get(Direction.BACKWARD))
        .containsExactlyInAnyOrder(
            gather("mlp.gather.u", "kp2", 2 * M * F / KP2),
            exchange("mlp.exchange.u", "kp1", 2 * M * F),
            gather("mlp.gather.dout", "kp1", 2 * M * H / KP2),
            scatter("mlp.scatter.du", "kp2", 2 * M * F),
            exchange("mlp.exchange.a", "kp1", 2 * M * H),
            gather("mlp.gather.dup", "kp1", 2 * M * F / KP2),
            reduce("mlp.reduce.da", "kp2", 2 * M * H),
            gather("attention.gather.o", "kp2", 2 * M * A / KP2),
            exchange("attention.exchange.o", "kp1", 2 * M * A),
            gather("attention.gather.dout", "kp1", 2 * M * H / KP2),
            scatter("attention.scatter.do", "kp2", 2 * M * A),
            exchange("attention.exchange.a", "kp1", 2 * M * H),
            gather("attention.gather.dq", "kp1", 2 * M * A / KP2),
            gather("attention.gather.dk", "kp1", 2 * M * A / KP2),
            gather("attention.gather.dv", "kp1", 2 * M * A / KP2),
            reduce("attention.reduce.da", "kp2", 2 * M * H));
  }

  /** fp32 gradients over kp2, which splits the batch, and over dp; bf16 weights back over kp2. */
  @Test
  void stepOfCr() {
    long matrices = 12 * H * H / KP1;
    long biases = (3 * A + F) / KP1 + 2 * H;
    long norms = 4 * H / KP1;
    long elements = LAYERS_OF_STAGE * (matrices + biases + norms);
    assertThat(CR.collectives.get(Direction.STEP))
        .containsExactly(
            scatter("scatter.kp2", "kp2", 4 * elements),
            reduce("reduce.dp", "dp", 4 * elements / KP2),
            gather("gather.weights.kp2", "kp2", 2 * elements / KP2));
  }

  /**
   * Gradients of matrices are split over kp1 and kp2 and summed over dp; as the weights are whole
   * over kp1, they are gathered over it. All others are summed over dp and kp1.
   */
  @Test
  void stepOfRc() {
    long dp = 2;
    long gradients = LAYERS_OF_STAGE * 12 * H * H / (KP1 * KP2);
    long weights = LAYERS_OF_STAGE * 12 * H * H / KP2;
    long others = LAYERS_OF_STAGE * ((3 * A + F) / KP2 + 2 * H + 4 * H);
    assertThat(RC.collectives.get(Direction.STEP))
        .containsExactlyInAnyOrder(
            scatter("scatter.dp", "dp", 4 * others),
            reduce("reduce.kp1", "kp1", 4 * others / dp),
            scatter("scatter.dp", "dp", 4 * gradients),
            gather("gather.gradients.kp1", "kp1", 4 * gradients / dp),
            gather("gather.weights.dp", "dp", 2 * others / dp),
            gather("gather.weights.dp", "dp", 2 * weights / dp));
  }
}
