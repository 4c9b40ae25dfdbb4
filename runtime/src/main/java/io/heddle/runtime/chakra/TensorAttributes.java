package io.heddle.runtime.chakra;

import io.heddle.plan.mesh.Collective;
import io.heddle.plan.mesh.Group;
import io.heddle.runtime.chakra.proto.AttributeProto;
import io.heddle.runtime.trace.Kernel;
import io.heddle.runtime.trace.KernelShape;
import io.heddle.runtime.trace.NodeHeader;
import io.heddle.runtime.trace.NodeIds;
import java.util.Arrays;

/**
 * The lists {@code inputs} and {@code outputs} of nodes, from which AstraSim works out which
 * tensors a rank holds. A node writes at most one tensor, named after its id, and reads those of
 * the nodes whose results it uses. Memory is 8 bytes for each node of the rank.
 */
final class TensorAttributes {
  private static final byte[] INPUTS =
      Wire.listAttribute("inputs", AttributeProto.STRING_LIST_FIELD_NUMBER);
  private static final byte[] OUTPUTS =
      Wire.listAttribute("outputs", AttributeProto.STRING_LIST_FIELD_NUMBER);

  /** Field 1 of a list, a string. */
  private static final int VALUE = 1 << 3 | 2;

  /** More than the name and size of a tensor take. */
  private static final int ENTRY = 50;

  // Bytes of what each node writes, by id.
  private long[] bytes = new long[1024];

  /** Bytes that a kernel writes; 0 if nothing is known of its result, or it has none of its own. */
  static long written(NodeHeader node, Kernel kernel) {
    if (kernel.spec().format() == null) {
      return 0;
    }
    int element = kernel.spec().format().bytes();
    long elements;
    if (kernel.spec().shape() instanceof KernelShape.Gemm gemm) {
      // Of a piece only its own share of all operations is known.
      elements =
          node.piece() < 0
              ? Math.multiplyExact(gemm.batch(), Math.multiplyExact(gemm.m(), gemm.n()))
              : kernel.operations() / (2 * gemm.k());
    } else if (kernel.spec().shape() instanceof KernelShape.Attention attention) {
      elements =
          Math.multiplyExact(
              attention.batch(), Math.multiplyExact(attention.queries(), attention.values()));
    } else if (kernel.spec().shape() instanceof KernelShape.Elements count) {
      elements = count.count();
    } else {
      elements = 0;
    }
    return Math.multiplyExact(elements, (long) element);
  }

  /** Bytes that a collective writes. */
  static long written(Collective collective, Group group, long given) {
    return collective.made(given, group.size());
  }

  /** Most bytes that the lists of a node take. */
  static long most(NodeHeader node) {
    return (node.dataDependencies().size() + 2L) * ENTRY;
  }

  /**
   * Writes both lists.
   *
   * @param result bytes of the tensor that the node writes; 0 if it writes none
   */
  void write(WireBuffer buffer, NodeHeader node, long result) {
    NodeIds uses = node.dataDependencies();
    int attribute = open(buffer, INPUTS);
    int list = buffer.open();
    for (int i = 0; i < uses.size(); i++) {
      long id = uses.get(i);
      long size = id < bytes.length ? bytes[(int) id] : 0;
      if (size > 0 && isFirst(uses, i)) {
        entry(buffer, id, size);
      }
    }
    buffer.close(list);
    buffer.close(attribute);
    attribute = open(buffer, OUTPUTS);
    list = buffer.open();
    if (result > 0) {
      entry(buffer, node.id(), result);
      remember(Math.toIntExact(node.id()), result);
    }
    buffer.close(list);
    buffer.close(attribute);
  }

  private static boolean isFirst(NodeIds uses, int index) {
    for (int i = 0; i < index; i++) {
      if (uses.get(i) == uses.get(index)) {
        return false;
      }
    }
    return true;
  }

  private void remember(int id, long size) {
    if (id >= bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.addExact(id, (id >> 1) + 1));
    }
    bytes[id] = size;
  }

  private static int open(WireBuffer buffer, byte[] nameAndKey) {
    buffer.put(Wire.ATTRIBUTE);
    int attribute = buffer.open();
    buffer.put(nameAndKey);
    return attribute;
  }

  private static void entry(WireBuffer buffer, long id, long size) {
    buffer.put(VALUE);
    int name = buffer.open();
    buffer.put('t');
    buffer.decimal(id);
    buffer.close(name);
    buffer.put(VALUE);
    int text = buffer.open();
    buffer.decimal(size);
    buffer.close(text);
  }
}
