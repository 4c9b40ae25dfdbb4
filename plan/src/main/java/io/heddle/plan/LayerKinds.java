package io.heddle.plan;

import io.heddle.plan.marker.Api;
import java.util.ArrayList;
import java.util.List;

/**
 * Which kind each layer of a model is of. A kind is a list of blocks; stacks follow one another,
 * and the layers of a stack follow its pattern, which begins anew as often as there are layers.
 */
@Api
public final class LayerKinds {
  /** The most layers of a model. */
  public static final long MOST = 1 << 20;

  private final List<Run> runs;
  private final int kinds;

  private LayerKinds(List<Run> runs, int kinds) {
    this.runs = List.copyOf(runs);
    this.kinds = kinds;
  }

  /**
   * Layers of one kind that follow one another.
   *
   * @param begin the first layer, counted from 0
   * @param end the layer behind the last
   */
  public record Run(int kind, long begin, long end) {}

  /** The layers in order, as runs of one kind each; no run is empty. */
  public List<Run> runs() {
    return runs;
  }

  /** How many kinds there are, those without layers too. */
  public int kinds() {
    return kinds;
  }

  /** Layers of the whole model. */
  public long total() {
    return runs.isEmpty() ? 0 : runs.get(runs.size() - 1).end();
  }

  /** Layers of a kind. */
  public long of(int kind) {
    return of(kind, 0, total());
  }

  /** How many of the layers {@code from} to {@code to - 1} are of a kind. */
  public long of(int kind, long from, long to) {
    long layers = 0;
    for (Run run : runs(from, to)) {
      if (run.kind() == kind) {
        layers += Math.max(0, Math.min(to, run.end()) - Math.max(from, run.begin()));
      }
    }
    return layers;
  }

  /** The runs that have some of the layers {@code from} to {@code to - 1}. */
  public List<Run> runs(long from, long to) {
    if (from >= to || runs.isEmpty()) {
      return List.of();
    }
    int first = indexOf(from);
    int last = indexOf(to - 1);
    return runs.get(first).end() <= from ? List.of() : runs.subList(first, last + 1);
  }

  /** The kind of a layer, counted from 0. */
  public int kindOf(int layer) {
    return runs.get(indexOf(layer)).kind();
  }

  /** The run that has a layer; the last one for layers behind all. */
  private int indexOf(long layer) {
    int low = 0;
    int high = runs.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (layer < runs.get(middle).end()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Lists stacks in order. */
  public static Builder builder() {
    return new Builder();
  }

  /** The stacks of a model, one after the other, each with its pattern. */
  public static final class Builder {
    private final List<Stack> stacks = new ArrayList<>();
    private final List<Run> runs = new ArrayList<>();
    private long end;
    private int kinds;

    private record Stack(long layers, List<Part> pattern) {}

    private record Part(int kind, long count) {}

    private Builder() {}

    /** Begins a stack of so many layers; {@link #of} says its pattern. */
    public Builder stack(long repetitions) {
      stacks.add(new Stack(repetitions, new ArrayList<>()));
      return this;
    }

    /** Adds layers of one kind to the pattern of the stack. */
    public Builder of(int kind, long count) {
      stacks.get(stacks.size() - 1).pattern().add(new Part(kind, count));
      kinds = Math.max(kinds, kind + 1);
      return this;
    }

    /**
     * All layers.
     *
     * @throws ArithmeticException if a stack has layers but an empty pattern, if layers do not fit
     *     into 63 bits, or if a model whose kinds change has more than {@value LayerKinds#MOST}
     */
    public LayerKinds build() {
      for (Stack stack : stacks) {
        long stackEnd = Math.addExact(end, stack.layers());
        if (stack.pattern().size() == 1) {
          add(stack.pattern().get(0).kind(), stackEnd);
        } else if (stack.layers() > 0) {
          repeat(stack, stackEnd);
        }
      }
      return new LayerKinds(runs, kinds);
    }

    private void repeat(Stack stack, long stackEnd) {
      long period = stack.pattern().stream().mapToLong(Part::count).reduce(0, Math::addExact);
      if (period == 0) {
        throw new ArithmeticException("the pattern of a stack has no layers");
      }
      if (stackEnd > MOST) {
        throw new ArithmeticException(stackEnd + " layers are too many for a pattern");
      }
      while (end < stackEnd) {
        for (Part part : stack.pattern()) {
          add(part.kind(), part.count() < stackEnd - end ? end + part.count() : stackEnd);
        }
      }
    }

    private void add(int kind, long to) {
      if (to == end) {
        return;
      }
      int last = runs.size() - 1;
      if (last >= 0 && runs.get(last).kind() == kind) {
        runs.set(last, new Run(kind, runs.get(last).begin(), to));
      } else {
        runs.add(new Run(kind, end, to));
      }
      end = to;
    }
  }
}
