package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heddle.plan.expert.TokenSpread;
import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler.Compiled;
import io.heddle.processor.diagnose.Source;
import io.heddle.runtime.cost.Machine;
import io.heddle.runtime.cost.MessageCost;
import io.heddle.runtime.cost.TransferTimes;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeSink;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Exchanges in which a token goes once to each node, on random meshes. */
final class ByNodeProperties {
  private static final long TOKENS = 16;
  private static final long HIDDEN = 8;
  private static final long EXPERTS = 32;
  private static final int LAYERS = 2;
  private static final int MICRO_BATCHES = 2;

  /**
   * A plan: experts over {@code nodes} nodes of {@code ranks}, of which there are {@code groups}.
   */
  private record Shape(
      int nodes,
      int ranks,
      int groups,
      int pp,
      int top,
      int most,
      String schedule,
      String overlap) {
    Compiled compile(String exchange) {
      return Sources.compile(new Source("by_node.tfm", text(exchange)), "P");
    }

    /** With figures of kernels that send tokens so. */
    Compiled measured() {
      String text =
          text(byNode())
              .replace(
                  "latency 500 ns",
                  "latency 5 ns { dispatch (reach = 300 GB/s, start = 20 us) combine (reach = 200"
                      + " GB/s, half = 1 MB, start = 30 us) }")
              .replace(
                  "latency 2 us",
                  "latency 9 ns { dispatch (reach = 45 GB/s, start = 80 us) combine (reach = 40"
                      + " GB/s, start = 120 us) }");
      return Sources.compile(new Source("by_node.tfm", text), "P");
    }

    String text(String exchange) {
      return """
      tfm 1
      import "std/devices.tfm"
      cluster two(n = 1, k = 1) {
        device h100_sxm
        network switch k at 450 GB/s latency 500 ns
        network switch n at 50 GB/s latency 2 us
      }
      model M {
        dim b
        dim t
        dim s = 16, h = 8, voc = 8, f = 8, e = 32, er = 32
        block moe(x[b s h]) {
          weight router[h er], up[e h f], down[e f h], own[h f], back[f h]
          a         = rmsnorm(x)
          p[b s er] = sigmoid(a * router)
          z[e t h]  = dispatch(a, p, top = @top)
          u[e t f]  = silu(z * up)
          m[e t h]  = u * down
          v[b s f]  = gelu(a * own)
          y[b s h]  = v * back
          return x + y + combine(m, p)
        }
        embed tokens[voc h]
        stack 2 of moe
        head  logits[h voc]
      }
      plan P of M {
        mesh pp = @pp, dp = @dp
        view moe: (dp) = (edp ep) where ep = @ep
        shard { b over dp  e over ep  layers over pp }
        experts @exchange
        @overlap
        schedule @schedule
        batch 2 * dp  micro_batch 1
        on two(n = @all, k = @ranks)
      }
      """
          .replace("@top", String.valueOf(top))
          .replace("@pp", String.valueOf(pp))
          .replace("@dp", String.valueOf(nodes * ranks * groups))
          .replace("@ep", String.valueOf(nodes * ranks))
          .replace("@exchange", exchange)
          .replace("@overlap", overlap)
          .replace("@schedule", schedule)
          .replace("@all", String.valueOf(nodes * groups * pp))
          .replace("@ranks", String.valueOf(ranks));
    }

    String byNode() {
      return "exchange = by_node" + (most == 0 ? "" : ", nodes = " + most);
    }

    /** Ranks of a node; one dimension of the network is one node. */
    int nodeRanks() {
      return ranks == 1 || all() == ranks ? all() : ranks;
    }

    int nodesOfGroup() {
      return Math.max(1, nodes * ranks / nodeRanks());
    }

    int ranksInNode() {
      return nodes * ranks / nodesOfGroup();
    }

    int all() {
      return nodes * ranks * groups * pp;
    }
  }

  @Provide
  Arbitrary<Shape> shapes() {
    return Combinators.combine(
            Arbitraries.of(1, 2, 4),
            Arbitraries.of(1, 2, 4),
            Arbitraries.of(1, 2),
            Arbitraries.of(1, 2),
            Arbitraries.integers().between(1, 6),
            Arbitraries.of(0, 1, 2, 3),
            Arbitraries.of("one_f_one_b", "gpipe", "zero_bubble"),
            Arbitraries.of("", "overlap experts"))
        .as(Shape::new)
        .filter(shape -> shape.nodes * shape.ranks > 1)
        .filter(shape -> shape.most == 0 || shape.most * EXPERTS / shape.nodes >= shape.top);
  }

  @Property(tries = 15)
  void theGeneratedClassDoesWhatTheProgramSaysAndEveryRankEnds(@ForAll("shapes") Shape shape) {
    Compiled compiled = shape.compile(shape.byNode());
    Flattener generated = GeneratedClass.flattener(compiled);
    Flattener interpreted = new InterpretedFlattener(compiled, generated.plan());
    for (int rank = 0; rank < generated.mesh().ranks(); rank++) {
      assertThat(NodeLines.of(generated, rank)).isEqualTo(NodeLines.of(interpreted, rank));
    }
    TerminationProperties.assertEnds(generated);
  }

  /** What goes between nodes and within them, as it is sent and as it is awaited. */
  private static final class Bytes implements NodeSink {
    private final int nodeRanks;
    private int rank;
    private long between;
    private long within;
    private long awaited;

    Bytes(int nodeRanks) {
      this.nodeRanks = nodeRanks;
    }

    static Bytes of(Flattener flattener, int nodeRanks) {
      Bytes bytes = new Bytes(nodeRanks);
      for (bytes.rank = 0; bytes.rank < flattener.mesh().ranks(); bytes.rank++) {
        flattener.emit(bytes.rank, bytes);
      }
      return bytes;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {}

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long size) {}

    @Override
    public void send(NodeHeader node, int peer, int tag, long size) {
      if (node.group() == null) {
        return;
      }
      if (peer / nodeRanks == rank / nodeRanks) {
        within += size;
      } else {
        assertThat(peer % nodeRanks).isEqualTo(rank % nodeRanks);
        between += size;
      }
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long size) {
      awaited += node.group() == null ? 0 : size;
    }
  }

  /** Four exchanges a layer and micro-batch; every token once to each node and rank. */
  @Property(tries = 40)
  void bytesAreThoseOfTheClosedForm(@ForAll("shapes") Shape shape) {
    Bytes bytes = Bytes.of(interpreted(shape.compile(shape.byNode())), shape.nodeRanks());
    int nodes = shape.nodesOfGroup();
    int ranks = shape.ranksInNode();
    TokenSpread spread = new TokenSpread(TOKENS, EXPERTS, shape.top, shape.most);
    long exchanges = 4L * LAYERS * MICRO_BATCHES * shape.all() / shape.pp;
    long token = 2 * HIDDEN;
    assertThat(bytes.between).isEqualTo(exchanges * (nodes - 1) * token * spread.toNode(nodes));
    assertThat(bytes.within)
        .isEqualTo(exchanges * (ranks - 1) * token * spread.toRank(nodes, ranks));
    assertThat(bytes.awaited).isEqualTo(bytes.between + bytes.within);
  }

  /** How long the messages of exchanges that a rank sends last, one after the other. */
  private static final class SendNanos implements NodeSink {
    private final MessageCost cost;
    private final int rank;
    private double all;
    private int messages;

    SendNanos(MessageCost cost, int rank) {
      this.cost = cost;
      this.rank = rank;
    }

    @Override
    public void compute(NodeHeader node, Kernel kernel) {}

    @Override
    public void collective(NodeHeader node, Collective collective, Group group, long size) {}

    @Override
    public void send(NodeHeader node, int peer, int tag, long size) {
      if (node.group() != null) {
        all += cost.nanos(rank, peer, node.carried(size));
        messages++;
      }
    }

    @Override
    public void receive(NodeHeader node, int peer, int tag, long size) {}
  }

  /** Two exchanges of a layer go to experts and two come back, forward and backward. */
  @Property(tries = 40)
  void exchangesLastAsLongAsTheFiguresSay(@ForAll("shapes") Shape shape) {
    Compiled compiled = shape.measured();
    Flattener flattener = interpreted(compiled);
    Machine machine = Machine.of(flattener.plan().cluster());
    TransferTimes times = new TransferTimes(machine.network());
    TokenSpread spread = new TokenSpread(TOKENS, EXPERTS, shape.top, shape.most);
    int nodes = shape.nodesOfGroup();
    int ranks = shape.ranksInNode();
    double between = nodes == 1 ? 0 : (nodes - 1.0) * 2 * HIDDEN * spread.toNode(nodes);
    double inside = ranks == 1 ? 0 : (ranks - 1.0) * 2 * HIDDEN * spread.toRank(nodes, ranks);
    int[] members = machine.network().size() == 1 ? new int[] {ranks} : new int[] {ranks, nodes};
    double both =
        times.nanos(members, true, between, inside) + times.nanos(members, false, between, inside);
    double wanted = 2.0 * LAYERS * MICRO_BATCHES / shape.pp * both;
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      SendNanos sent = new SendNanos(new MessageCost(machine), rank);
      flattener.emit(rank, sent);
      assertThat(sent.all).isCloseTo(wanted, within(2.0 * sent.messages));
    }
    TerminationProperties.assertEnds(flattener);
  }

  /** How tokens travel changes no kernel. */
  @Property(tries = 15)
  void kernelsStay(@ForAll("shapes") Shape shape) {
    CountingSink one = counts(shape.compile(shape.byNode()));
    CountingSink other = counts(shape.compile("exchange = pairwise"));
    assertThat(one.modelMatmulOperations()).isEqualTo(other.modelMatmulOperations());
    assertThat(one.pointwiseOperations()).isEqualTo(other.pointwiseOperations());
  }

  private static Flattener interpreted(Compiled compiled) {
    return new InterpretedFlattener(compiled, compiled.numbers().values());
  }

  private static CountingSink counts(Compiled compiled) {
    Flattener flattener = interpreted(compiled);
    CountingSink counts = new CountingSink();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      flattener.emit(rank, counts);
    }
    return counts;
  }
}
