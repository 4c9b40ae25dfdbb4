package io.heddle.processor.local;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import java.util.List;
import java.util.Set;

/** A node of a rank's program. */
public sealed interface LocalNode {
  /** Last part of its name in the trace, such as {@code qkv} or {@code gather.a}. */
  String operation();

  /** What it waits for; never {@link Value#BEFORE}. */
  List<Value> inputs();

  Value output();

  /**
   * A kernel.
   *
   * @param kind what it is, for readers: {@code gemm}, {@code rmsnorm}, {@code silu mul} …
   * @param shape how large it is, for readers
   * @param operations all that it computes
   * @param bytes all that it reads and writes
   * @param matmulOperations the matrix products of the model among {@code operations}
   * @param assignment the axes that split its dimensions
   */
  record Compute(
      String operation,
      String kind,
      Shape shape,
      Size operations,
      Size bytes,
      Size matmulOperations,
      Sharding assignment,
      List<Value> inputs,
      Value output,
      Span span)
      implements LocalNode {
    public Compute {
      inputs = known(inputs);
    }
  }

  /** How large a kernel is. */
  sealed interface Shape {
    /** {@code batch} products of M x K by K x N. */
    record Gemm(Size batch, Size m, Size k, Size n) implements Shape {}

    /** Queries by keys, {@code batch} times, scores over {@code k}, values of {@code n}. */
    record Attention(Size batch, Size queries, Size keys, Size k, Size n) implements Shape {}

    /** A result of so many elements. */
    record Elements(Size elements) implements Shape {}
  }

  /**
   * A collective.
   *
   * @param axes whose ranks take part, in layout order
   * @param bytes an all-gather's own shard; for all others the rank's whole input
   * @param exchange what an all-to-all is made of
   */
  record Communicate(
      String operation,
      CollectiveKind kind,
      List<String> axes,
      Size bytes,
      String tensor,
      List<Dim> dims,
      Sharding from,
      Sharding to,
      List<Value> inputs,
      Value output,
      Plan.Exchange exchange,
      Span span)
      implements LocalNode {
    public Communicate {
      axes = List.copyOf(axes);
      inputs = known(inputs);
    }

    /** A collective of which the plan says nothing more. */
    public Communicate(
        String operation,
        CollectiveKind kind,
        List<String> axes,
        Size bytes,
        String tensor,
        List<Dim> dims,
        Sharding from,
        Sharding to,
        List<Value> inputs,
        Value output,
        Span span) {
      this(
          operation,
          kind,
          axes,
          bytes,
          tensor,
          dims,
          from,
          to,
          inputs,
          output,
          Plan.Exchange.BY_NETWORK,
          span);
    }

    /** The same, made of something else. */
    public Communicate by(Plan.Exchange other) {
      return new Communicate(
          operation, kind, axes, bytes, tensor, dims, from, to, inputs, output, other, span);
    }
  }

  private static List<Value> known(List<Value> inputs) {
    return inputs.stream().filter(value -> !value.isBefore()).distinct().toList();
  }

  /** The axes, of those given, over which the kernel is repeated. */
  static Set<String> absentAxes(Compute compute, Set<String> axes) {
    Set<String> absent = new java.util.LinkedHashSet<>(axes);
    absent.removeAll(compute.assignment().splitAxes());
    return absent;
  }
}
