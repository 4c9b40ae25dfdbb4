package io.heddle.processor.program;

import io.heddle.plan.mesh.Neighbours;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Plan;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A node of a rank's program. */
public sealed interface LocalNode {
  /** Last part of its name in the trace, such as {@code qkv} or {@code gather.a}. */
  String operation();

  /** What it waits for; never {@link Value#BEFORE}. */
  List<Value> inputs();

  Value output();

  /** Why it is there. */
  Origin origin();

  /** The operation of the model that it belongs to. */
  default Span span() {
    return origin().statement();
  }

  /** The same node, there for another reason. */
  LocalNode placedBy(Origin other);

  /** All that it makes, {@link #output} first. */
  default List<Value> outputs() {
    return List.of(output());
  }

  /** The same node, waiting for nothing but these. */
  LocalNode waitingFor(List<Value> inputs);

  /**
   * A kernel in its place.
   *
   * @param kernel what it is
   * @param pieces how it is cut; null where it is whole
   */
  record Compute(
      LocalKernel kernel, List<Value> inputs, Value output, Origin origin, @Nullable Pieces pieces)
      implements LocalNode {
    public Compute {
      inputs = known(inputs);
    }

    @Override
    public String operation() {
      return kernel.operation();
    }

    /** See {@link LocalKernel#function}. */
    public KernelFunction function() {
      return kernel.function();
    }

    /** See {@link LocalKernel#shape}. */
    public Shape shape() {
      return kernel.shape();
    }

    /** See {@link LocalKernel#operations}. */
    public Size operations() {
      return kernel.operations();
    }

    /** See {@link LocalKernel#bytes}. */
    public Size bytes() {
      return kernel.bytes();
    }

    /** See {@link LocalKernel#matmulOperations}. */
    public Size matmulOperations() {
      return kernel.matmulOperations();
    }

    /** See {@link LocalKernel#assignment}. */
    public Sharding assignment() {
      return kernel.assignment();
    }

    /** See {@link LocalKernel#reads}. */
    public List<Read> reads() {
      return kernel.reads();
    }

    /** See {@link LocalKernel#made}. */
    public Size made() {
      return kernel.made();
    }

    /** See {@link LocalKernel#product}. */
    public @Nullable Product product() {
      return kernel.product();
    }

    /** See {@link LocalKernel#addsToGradient}. */
    public boolean addsToGradient() {
      return kernel.addsToGradient();
    }

    /** See {@link LocalKernel#isGrouped}. */
    public boolean isGrouped() {
      return kernel.isGrouped();
    }

    /** What it computes, for readers. */
    public String title() {
      return function().title();
    }

    @Override
    public Compute waitingFor(List<Value> some) {
      return new Compute(kernel, some, output, origin, null);
    }

    @Override
    public Compute placedBy(Origin other) {
      return new Compute(kernel, inputs, output, other, pieces);
    }

    /** The same, cut like this. */
    public Compute in(@Nullable Pieces some) {
      return new Compute(kernel, inputs, output, origin, some);
    }

    /** Another kernel in its place. */
    public Compute with(LocalKernel other) {
      return new Compute(other, inputs, output, origin, pieces);
    }
  }

  /**
   * A tensor that a kernel reads.
   *
   * @param value what makes it, where the kernel reads it; {@link Value#BEFORE} if an earlier pass
   *     left it there
   * @param lies how it lay before it was brought there
   */
  record Read(Value value, String tensor, List<Dim> dims, Sharding lies, Size.Format format) {
    public Read {
      dims = List.copyOf(dims);
    }

    /** Bytes of it on one rank. */
    public Size bytes() {
      return lies.bytes(dims, format);
    }
  }

  /** How large a kernel is. */
  sealed interface Shape {
    /** Elements of its result, where it makes one tensor, or the gradients of all that it reads. */
    Size made();

    /** The same, its sizes counted in another way. */
    Shape counted(UnaryOperator<Size> how);

    /** {@code batch} products of M x K by K x N. */
    record Gemm(Size batch, Size m, Size k, Size n) implements Shape {
      @Override
      public Size made() {
        return Size.product(batch, m, n);
      }

      @Override
      public Gemm counted(UnaryOperator<Size> how) {
        return new Gemm(how.apply(batch), how.apply(m), how.apply(k), how.apply(n));
      }
    }

    /**
     * Queries by keys, {@code batch} times, scores over {@code k}, values of {@code n}.
     *
     * @param backward whether gradients are made
     */
    record Attention(Size batch, Size queries, Size keys, Size k, Size n, boolean backward)
        implements Shape {
      @Override
      public Size made() {
        return backward
            ? Size.product(
                batch, Size.sum(Size.product(queries, k), Size.product(keys, Size.sum(k, n))))
            : Size.product(batch, queries, n);
      }

      @Override
      public Attention counted(UnaryOperator<Size> how) {
        return new Attention(
            how.apply(batch),
            how.apply(queries),
            how.apply(keys),
            how.apply(k),
            how.apply(n),
            backward);
      }

      /** The kernel of the gradients. */
      public Attention gradients() {
        return new Attention(batch, queries, keys, k, n, true);
      }
    }

    /** A result of so many elements. */
    record Elements(Size elements) implements Shape {
      @Override
      public Size made() {
        return elements;
      }

      @Override
      public Elements counted(UnaryOperator<Size> how) {
        return new Elements(how.apply(elements));
      }
    }
  }

  /**
   * A collective.
   *
   * @param axes whose ranks take part, in layout order
   * @param bytes an all-gather's own shard; for all others the rank's whole input
   * @param format of the tensor
   * @param exchange what an all-to-all is made of
   * @param twoLevel whether a sum goes in two levels
   * @param way of an exchange of experts: whose rows travel, and where to; null of all others
   * @param pieces how it is cut; null where it is whole
   */
  record Communicate(
      String operation,
      CollectiveKind kind,
      List<String> axes,
      Size bytes,
      String tensor,
      List<Dim> dims,
      Size.Format format,
      Sharding from,
      Sharding to,
      List<Value> inputs,
      Value output,
      Plan.Exchange exchange,
      boolean twoLevel,
      @Nullable ExpertWay way,
      Origin origin,
      @Nullable Pieces pieces)
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
        Size.Format format,
        Sharding from,
        Sharding to,
        List<Value> inputs,
        Value output,
        Origin origin) {
      this(
          operation,
          kind,
          axes,
          bytes,
          tensor,
          dims,
          format,
          from,
          to,
          inputs,
          output,
          Plan.Exchange.BY_NETWORK,
          false,
          null,
          origin,
          null);
    }

    /** The ranks that take part. */
    public LocalGroup.Along group() {
      return new LocalGroup.Along(axes, twoLevel);
    }

    /** The same collective where its bytes are counted in another way. */
    public Communicate counted(UnaryOperator<Size> how) {
      return new Communicate(
          operation,
          kind,
          axes,
          how.apply(bytes),
          tensor,
          dims,
          format,
          from,
          to,
          inputs,
          output,
          exchange,
          twoLevel,
          way,
          origin,
          pieces);
    }

    /** The same, taking rows of experts there or back. */
    public Communicate going(ExpertWay there) {
      return new Communicate(
          operation, kind, axes, bytes, tensor, dims, format, from, to, inputs, output, exchange,
          twoLevel, there, origin, pieces);
    }

    /** Whether tokens go once to each node, and from there to their ranks. */
    public boolean isByNode() {
      return exchange == Plan.Exchange.BY_NODE && way != null;
    }

    /** The same, made of something else. */
    public Communicate by(Plan.Exchange other) {
      return with(inputs, other, twoLevel, origin, pieces);
    }

    /** The same, in two levels. */
    public Communicate inTwoLevels() {
      return with(inputs, exchange, true, origin, pieces);
    }

    /** The same, cut like this. */
    public Communicate in(@Nullable Pieces some) {
      return with(inputs, exchange, twoLevel, origin, some);
    }

    @Override
    public Communicate waitingFor(List<Value> some) {
      return with(some, exchange, twoLevel, origin, null);
    }

    @Override
    public Communicate placedBy(Origin other) {
      return with(inputs, exchange, twoLevel, other, pieces);
    }

    private Communicate with(
        List<Value> needed,
        Plan.Exchange by,
        boolean inLevels,
        Origin because,
        @Nullable Pieces cutInto) {
      return new Communicate(
          operation, kind, axes, bytes, tensor, dims, format, from, to, needed, output, by,
          inLevels, way, because, cutInto);
    }
  }

  /**
   * Attention to keys and values that go round a ring of ranks: in as many steps as there are
   * ranks, each a kernel beside which the keys and values that it reads are sent to the next rank.
   *
   * @param kernel of the first step, which reads the rank's own keys and values; those of the other
   *     steps do as much
   * @param laterBytes of the kernels of the other steps, which add to what the first one made
   * @param axes whose ranks make the ring, in layout order
   * @param tensors what goes round, for readers
   * @param message bytes of what goes round, of one rank
   * @param own which of the kernel's inputs make what goes round
   * @param sum of a backward pass: the kernel of each step but the first that adds the gradients of
   *     keys and values which have come to those of the step. They travel with it, and its value is
   *     the message that brings them home in the end.
   * @param reach where keys and values do not go round, but come from the neighbours alone that a
   *     window reaches; null where they go round
   */
  record Ring(
      Compute kernel,
      Size laterBytes,
      List<String> axes,
      List<String> tensors,
      Size message,
      List<Value> own,
      @Nullable Compute sum,
      @Nullable Reach reach)
      implements LocalNode {
    public Ring {
      axes = List.copyOf(axes);
      tensors = List.copyOf(tensors);
      own = known(own);
    }

    @Override
    public String operation() {
      return kernel.operation();
    }

    @Override
    public List<Value> inputs() {
      return kernel.inputs();
    }

    @Override
    public Origin origin() {
      return kernel.origin();
    }

    @Override
    public Ring placedBy(Origin other) {
      return new Ring(kernel.placedBy(other), laterBytes, axes, tensors, message, own, sum, reach);
    }

    @Override
    public Ring waitingFor(List<Value> some) {
      List<Value> left = own.stream().filter(some::contains).toList();
      return new Ring(
          kernel.waitingFor(some), laterBytes, axes, tensors, message, left, sum, reach);
    }

    /** Those of the inputs that stay on the rank. */
    public List<Value> others() {
      return inputs().stream().filter(value -> !own.contains(value)).toList();
    }

    @Override
    public Value output() {
      return kernel.output();
    }

    @Override
    public List<Value> outputs() {
      return sum == null ? List.of(output()) : List.of(output(), sum.output());
    }

    /** Last part of the name of the messages with keys and values. */
    public String keysOperation() {
      return operation() + ".keys";
    }
  }

  /**
   * What comes from neighbours of a ring, in place of all that goes round it. A message has as many
   * bytes as {@link Ring#message} says at most, and {@link Ring#sum} adds once.
   *
   * @param bytes that are needed on one side
   * @param sides where the neighbours lie
   * @param received bytes of all that comes
   * @param rest the kernel on what comes, which adds to what the ring's kernel made of the rank's
   *     own keys meanwhile; null where the ring's kernel waits for all
   */
  record Reach(Size bytes, Neighbours.Sides sides, Size received, @Nullable Compute rest) {}

  /**
   * A collective of the end of the step, among ranks that share weights or hold the same ones.
   *
   * @param bytes an all-gather's own share; for all others the rank's whole input. A stage for
   *     which they are 0 leaves the node out
   * @param weights of which it reduces the gradients or gathers the new values; none for what
   *     concerns all
   * @param instead what stands for the output where the node is left out
   */
  record StepCollective(
      String operation,
      CollectiveKind kind,
      LocalGroup group,
      Size bytes,
      List<LocalWeight> weights,
      List<Value> inputs,
      Value instead,
      Value output,
      Origin origin)
      implements LocalNode {
    public StepCollective {
      weights = List.copyOf(weights);
      inputs = known(inputs);
    }

    @Override
    public StepCollective waitingFor(List<Value> some) {
      return new StepCollective(
          operation, kind, group, bytes, weights, some, instead, output, origin);
    }

    @Override
    public StepCollective placedBy(Origin other) {
      return new StepCollective(
          operation, kind, group, bytes, weights, inputs, instead, output, other);
    }
  }

  private static List<Value> known(List<Value> inputs) {
    return inputs.stream().filter(value -> !value.isBefore()).distinct().toList();
  }
}
