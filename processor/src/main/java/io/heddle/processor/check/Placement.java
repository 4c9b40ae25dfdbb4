package io.heddle.processor.check;

import io.heddle.processor.model.Plan;
import io.heddle.processor.model.PlanNumbers;
import java.util.ArrayList;
import java.util.List;

/** Which ranks form the groups over some axes, those of views too. */
final class Placement {
  /**
   * A coordinate that the members of a group share: a rank read along some axes of the mesh, the
   * first as the most significant digit, then one digit of that number.
   */
  private static final class Shared {
    private final long[] strides;
    private final long[] sizes;
    private final long divisor;
    private final long size;

    Shared(long[] strides, long[] sizes, long divisor, long size) {
      this.strides = strides;
      this.sizes = sizes;
      this.divisor = divisor;
      this.size = size;
    }

    long of(long rank) {
      long number = 0;
      for (int i = 0; i < strides.length; i++) {
        number = number * sizes[i] + rank / strides[i] % sizes[i];
      }
      return number / divisor % size;
    }
  }

  private final Plan plan;
  private final PlanNumbers numbers;

  /**
   * @param numbers of at most 2^31 ranks
   */
  Placement(Plan plan, PlanNumbers numbers) {
    this.plan = plan;
    this.numbers = numbers;
  }

  /** The groups over the axes; their members rise. */
  List<int[]> groups(List<String> axes) {
    List<Shared> shared = shared(axes);
    int ranks = Math.toIntExact(product(plan.layout().stream().map(Plan.MeshAxis::name).toList()));
    int count = 1;
    for (Shared coordinate : shared) {
      count = Math.toIntExact(count * coordinate.size);
    }
    int size = ranks / count;
    int[] filled = new int[count];
    List<int[]> groups = new ArrayList<>(count);
    for (int group = 0; group < count; group++) {
      groups.add(new int[size]);
    }
    for (int rank = 0; rank < ranks; rank++) {
      long key = 0;
      for (Shared coordinate : shared) {
        key = key * coordinate.size + coordinate.of(rank);
      }
      int group = (int) key;
      groups.get(group)[filled[group]++] = rank;
    }
    return groups;
  }

  private List<Shared> shared(List<String> axes) {
    List<Shared> shared = new ArrayList<>();
    List<String> regrouped = new ArrayList<>();
    for (Plan.View view : plan.views()) {
      if (view.to().stream().anyMatch(axis -> axes.contains(axis.name()))) {
        regrouped.addAll(view.from());
        long divisor = product(view.from());
        for (Plan.ViewAxis axis : view.to()) {
          divisor /= numbers.axis(axis.name());
          if (!axes.contains(axis.name())) {
            shared.add(coordinate(view.from(), divisor, numbers.axis(axis.name())));
          }
        }
      }
    }
    for (Plan.MeshAxis axis : plan.layout()) {
      if (!axes.contains(axis.name()) && !regrouped.contains(axis.name())) {
        shared.add(coordinate(List.of(axis.name()), 1, numbers.axis(axis.name())));
      }
    }
    return shared;
  }

  private Shared coordinate(List<String> along, long divisor, long size) {
    long[] strides = new long[along.size()];
    long[] sizes = new long[along.size()];
    for (int i = 0; i < strides.length; i++) {
      strides[i] = stride(along.get(i));
      sizes[i] = numbers.axis(along.get(i));
    }
    return new Shared(strides, sizes, divisor, size);
  }

  /** Ranks from one coordinate of the axis to the next. */
  private long stride(String axis) {
    List<String> names = plan.layout().stream().map(Plan.MeshAxis::name).toList();
    return product(names.subList(names.indexOf(axis) + 1, names.size()));
  }

  private long product(List<String> axes) {
    return axes.stream().mapToLong(numbers::axis).reduce(1, Math::multiplyExact);
  }
}
