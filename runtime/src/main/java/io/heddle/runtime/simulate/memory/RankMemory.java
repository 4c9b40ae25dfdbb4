package io.heddle.runtime.simulate.memory;

import io.heddle.runtime.cost.UnsignedCast;
import io.heddle.runtime.simulate.kernel.SimulationFault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a rank, entered when the nodes that read or write them are done. One is there from
 * when its writer is issued until the last node that reads it ends; one that nobody reads, to the
 * end of the run.
 */
public final class RankMemory {
  private static final int BINARY_PREFIX = 1024;
  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB", "TB");

  /**
   * Bytes that are held from a tick on.
   *
   * @param tick ns, unsigned
   */
  record Level(long tick, long bytes) {}

  private final int rank;
  private final Map<Long, NodeTensors> nodes = new HashMap<>();
  private final Map<String, HeldTensor> tensors = new LinkedHashMap<>();

  /** The memory of a rank that has done nothing yet. */
  public RankMemory(int rank) {
    this.rank = rank;
  }

  /** Says what a node reads and writes; of a node that comes twice the last counts. */
  public void declare(long node, NodeTensors lists) {
    nodes.put(node, lists);
  }

  /**
   * A node is done.
   *
   * @throws SimulationFault where AstraSim fails, or never ends the rank
   */
  public void completed(long node, long issued, long completed) {
    NodeTensors lists = nodes.remove(node);
    if (lists == null) {
      throw new IllegalStateException("node " + node + " was not declared");
    }
    HeldTensor.Access access = new HeldTensor.Access(node, lists.name(), issued, completed);
    each(lists.inputs(), "inputs", access, this::read);
    each(lists.outputs(), "outputs", access, this::write);
  }

  private interface Entry {
    void add(String name, long size, HeldTensor.Access access);
  }

  private void each(
      @Nullable List<String> list, String key, HeldTensor.Access access, Entry entry) {
    if (list == null) {
      throw fault(
          access,
          "has no list \""
              + key
              + "\", and AstraSim never ends the rank: with track-local-mem every node needs the"
              + " lists \"inputs\" and \"outputs\", which `heddle emit --tensors` writes");
    }
    if (list.size() % 2 != 0) {
      throw fault(access, "its list \"" + key + "\" is odd: it must hold a size behind each name");
    }
    for (int i = 0; i < list.size(); i += 2) {
      long size = size(list.get(i + 1), access);
      if (size != 0) {
        entry.add(list.get(i), size, access);
      }
    }
  }

  private void read(String name, long size, HeldTensor.Access access) {
    tensors
        .computeIfAbsent(name, unused -> new HeldTensor(name, size, HeldTensor.UNDEFINED))
        .reads()
        .add(access);
  }

  private void write(String name, long size, HeldTensor.Access access) {
    if (tensors.putIfAbsent(name, new HeldTensor(name, size, access)) != null) {
      throw fault(
          access,
          "writes the tensor \""
              + name
              + "\", which was written or read before: AstraSim fails; give it another name");
    }
  }

  /** A number as C's {@code stoull} reads it: what follows the digits is ignored. */
  private long size(String text, HeldTensor.Access access) {
    String digits = text.strip();
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    int end = 0;
    while (end < digits.length() && digits.charAt(end) >= '0' && digits.charAt(end) <= '9') {
      end++;
    }
    try {
      long size = Long.parseUnsignedLong(digits.substring(0, end));
      return negative ? -size : size;
    } catch (NumberFormatException e) {
      throw fault(access, "\"" + text + "\" is no size of a tensor");
    }
  }

  private SimulationFault fault(HeldTensor.Access access, String problem) {
    return new SimulationFault(
        "rank "
            + rank
            + ": node "
            + Long.toUnsignedString(access.node())
            + " \""
            + access.name()
            + "\": "
            + problem);
  }

  /** The rank. */
  public int rank() {
    return rank;
  }

  Collection<HeldTensor> tensors() {
    return tensors.values();
  }

  /** What is held, tick by tick: of one tick all that comes is in, and all that goes is out. */
  List<Level> levels() {
    TreeMap<Long, Long> changes = new TreeMap<>(Long::compareUnsigned);
    for (HeldTensor tensor : tensors.values()) {
      changes.merge(tensor.begin(), tensor.size(), Long::sum);
      if (tensor.isRead()) {
        changes.merge(tensor.end(), -tensor.size(), Long::sum);
      }
    }
    List<Level> levels = new ArrayList<>();
    long held = 0;
    for (Map.Entry<Long, Long> change : changes.entrySet()) {
      held += change.getValue();
      levels.add(new Level(change.getKey(), held));
    }
    return levels;
  }

  /** Most bytes that are held at once, unsigned. */
  public long peak() {
    long most = 0;
    for (Level level : levels()) {
      most = Long.compareUnsigned(level.bytes(), most) > 0 ? level.bytes() : most;
    }
    return most;
  }

  /** The same as AstraSim prints it: in binary units, with two decimals of a 32-bit number. */
  public String peakText() {
    long peak = peak();
    int unit = 0;
    long whole = peak;
    while (unit < UNITS.size() - 1 && Long.compareUnsigned(whole, BINARY_PREFIX) >= 0) {
      whole >>>= 10;
      unit++;
    }
    float value = (float) UnsignedCast.toDouble(peak);
    for (int i = 0; i < unit; i++) {
      value /= BINARY_PREFIX;
    }
    return String.format(Locale.ROOT, "%.2f %s", (double) value, UNITS.get(unit));
  }
}
