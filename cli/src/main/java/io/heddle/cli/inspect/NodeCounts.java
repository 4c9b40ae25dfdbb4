package io.heddle.cli.inspect;

import io.heddle.runtime.chakra.EtAttribute;
import io.heddle.runtime.chakra.EtNode;
import io.heddle.runtime.chakra.EtNode.State;
import io.heddle.runtime.simulate.workload.NodeKind;
import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What the wanted nodes of a trace add up to. */
public final class NodeCounts {
  private final Map<NodeKind, Long> ofKind = new EnumMap<>(NodeKind.class);
  private boolean skipped;
  private long all;
  private long wanted;
  private long listed;
  private long dependencies;
  private BigInteger operations = BigInteger.ZERO;
  private BigInteger memoryBytes = BigInteger.ZERO;
  private BigInteger collectiveBytes = BigInteger.ZERO;
  private BigInteger sentBytes = BigInteger.ZERO;

  void skipped() {
    skipped = true;
  }

  /** Whether the first record is a node, which nobody reads. */
  public boolean skipsNode() {
    return skipped;
  }

  void found() {
    all++;
  }

  void listed() {
    listed++;
  }

  void wanted(EtNode node) {
    wanted++;
    dependencies += node.parents();
    Optional<NodeKind> kind = NodeFilter.kind(node);
    if (kind.isEmpty()) {
      return;
    }
    ofKind.merge(kind.get(), 1L, Long::sum);
    switch (kind.get()) {
      case COMPUTE -> {
        operations = operations.add(work(node, EtAttribute.NOMINAL_NUM_OPS, EtAttribute.NUM_OPS));
        memoryBytes =
            memoryBytes.add(work(node, EtAttribute.NOMINAL_TENSOR_SIZE, EtAttribute.TENSOR_SIZE));
      }
      case COLLECTIVE -> collectiveBytes = collectiveBytes.add(value(node, EtAttribute.COMM_SIZE));
      case SEND -> sentBytes = sentBytes.add(value(node, EtAttribute.COMM_SIZE));
      default -> {}
    }
  }

  /** What a kernel does, also where what AstraSim reads is scaled. */
  private static BigInteger work(EtNode node, EtAttribute nominal, EtAttribute scaled) {
    return value(node, node.state(nominal) == State.PRESENT ? nominal : scaled);
  }

  private static BigInteger value(EtNode node, EtAttribute attribute) {
    if (node.state(attribute) != State.PRESENT) {
      return BigInteger.ZERO;
    }
    long value = node.value(attribute);
    return value >= 0 ? BigInteger.valueOf(value) : new BigInteger(Long.toUnsignedString(value));
  }

  /** Nodes of the file. */
  public long nodes() {
    return all;
  }

  /** Nodes that are wanted. */
  public long wantedNodes() {
    return wanted;
  }

  /** Nodes that were listed. */
  public long listedNodes() {
    return listed;
  }

  /** Wanted nodes of a kind. */
  public long nodes(NodeKind kind) {
    return ofKind.getOrDefault(kind, 0L);
  }

  /** Wanted nodes whose type Chakra does not have. */
  public long nodesOfNoKind() {
    return wanted - ofKind.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Parents that the wanted nodes name. */
  public long dependencies() {
    return dependencies;
  }

  /** Of the wanted compute nodes. */
  public BigInteger operations() {
    return operations;
  }

  /** Bytes of the wanted compute nodes. */
  public BigInteger memoryBytes() {
    return memoryBytes;
  }

  /** Bytes of the wanted collectives. */
  public BigInteger collectiveBytes() {
    return collectiveBytes;
  }

  /** Bytes of the wanted sends. */
  public BigInteger sentBytes() {
    return sentBytes;
  }
}
