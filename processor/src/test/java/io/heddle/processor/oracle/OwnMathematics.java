package io.heddle.processor.oracle;

import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.Arithmetic;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.OwnOperation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands for an operation that a file declares, on whole tensors or the parts of a rank. Any
 * function will do that depends on just what the declaration says. Each argument first reaches
 * along dimensions: it is mixed over those that are whole, weighted with what lies before under a
 * halo, and added up along a scan. All of them are then multiplied, or added where the operation is
 * linear, and summed over what the result has not.
 */
final class OwnMathematics {
  private static final double MIXED = 0.1;

  private final Declared op;
  private final Grid grid;

  OwnMathematics(Declared op, Grid grid) {
    this.op = op;
    this.grid = grid;
  }

  /** How many places before a part are read; 0 of an argument that has no halo. */
  int places(Operand argument) {
    OwnOperation.Halo halo = op.of().halo();
    if (halo == null || !argument.dims().contains(halo.over())) {
      return 0;
    }
    Map<String, Long> sizes = new HashMap<>();
    op.of().forward().dims().forEach((name, dim) -> sizes.put(name, (long) grid.size(dim)));
    return new Arithmetic(sizes, new Diagnostics())
        .evaluate(halo.places().expression())
        .orElseThrow()
        .intValue();
  }

  boolean isScanned(Operand argument) {
    OwnOperation.Scan scan = op.of().scan();
    return scan != null && argument.dims().contains(scan.over());
  }

  private List<Dim> mixed(Operand argument) {
    return argument.dims().stream().filter(dim -> op.of().whole().contains(dim)).toList();
  }

  private Array mixed(Operand argument, Array x) {
    Array all = x;
    for (Dim dim : mixed(argument)) {
      List<Dim> rest = Mathematics.without(x.dims(), dim);
      all = all.plus(all.sumTo(rest).map(sum -> MIXED * sum));
    }
    return all;
  }

  /**
   * An argument with what it reads before its part.
   *
   * @param before what lies there; null for nothing
   */
  Array inHalo(Operand argument, Array x, @Nullable Array before) {
    int places = places(argument);
    Array own = mixed(argument, x);
    if (places == 0) {
      return own;
    }
    Dim over = op.of().halo().over();
    int size = x.size(over);
    Array all = own.placed(over, places, places + size);
    if (before != null) {
      all = all.plus(mixed(argument, before).placed(over, 0, places + size));
    }
    Array sum = own;
    for (int distance = 1; distance <= places; distance++) {
      double weight = 1.0 / (1 + distance);
      sum = sum.plus(all.slice(over, places - distance, size).map(value -> weight * value));
    }
    return sum;
  }

  /** The gradient of an argument and, in front of it, of what it read before its part. */
  Array haloGradient(Operand argument, Array gradient) {
    int places = places(argument);
    if (places == 0) {
      return mixed(argument, gradient);
    }
    Dim over = op.of().halo().over();
    int size = gradient.size(over);
    Array sum = gradient.placed(over, places, places + size);
    for (int distance = 1; distance <= places; distance++) {
      double weight = 1.0 / (1 + distance);
      sum =
          sum.plus(
              gradient.map(value -> weight * value).placed(over, places - distance, places + size));
    }
    return mixed(argument, sum);
  }

  /** The state that an argument leaves: its sum along the scan. */
  Array state(Array reached) {
    return reached.sumTo(Mathematics.without(reached.dims(), op.of().scan().over()));
  }

  /**
   * An argument added up along the scan.
   *
   * @param state of what lies before; null for nothing
   */
  Array scanned(Operand argument, Array reached, @Nullable Array state) {
    return isScanned(argument) ? running(reached, state, false) : reached;
  }

  /** The gradient of what was added up; {@code state} is that of what lies behind. */
  Array scanGradient(Operand argument, Array gradient, @Nullable Array state) {
    return isScanned(argument) ? running(gradient, state, true) : gradient;
  }

  private Array running(Array x, @Nullable Array state, boolean backward) {
    Dim over = op.of().scan().over();
    int size = x.size(over);
    Array sum = x.map(value -> 0);
    Array now = state == null ? state(x).map(value -> 0) : state;
    for (int i = 0; i < size; i++) {
      int at = backward ? size - 1 - i : i;
      now = now.plus(x.slice(over, at, 1).sumTo(now.dims()));
      Array place = Array.of(List.of(over), new int[] {1}, index -> 1);
      sum = sum.plus(now.times(place).placed(over, at, size));
    }
    return sum.sumTo(x.dims());
  }

  /** The result of arguments that have reached as far as they do. */
  Array result(List<Array> reached, Array fresh) {
    Array all = null;
    for (Array each : reached) {
      Array term = op.of().isLinear() ? each : each.map(OwnMathematics::factor);
      all = all == null ? term : op.of().isLinear() ? all.plus(term) : all.times(term);
    }
    return all.times(fresh).sumTo(op.result().dims());
  }

  /**
   * The gradient of one of them.
   *
   * @param reached all of them; of a linear operation only their sizes count
   */
  Array gradient(int of, List<Array> reached, Array fresh, Array gradient) {
    Array all = gradient.times(fresh);
    for (int i = 0; i < reached.size(); i++) {
      Array each = reached.get(i);
      if (op.of().isLinear()) {
        all = all.times(each.map(value -> 1));
      } else {
        all = all.times(each.map(i == of ? OwnMathematics::slope : OwnMathematics::factor));
      }
    }
    return all.sumTo(op.inputs().get(of).dims());
  }

  private static double factor(double x) {
    return 0.6 + 0.5 * Math.tanh(x);
  }

  private static double slope(double x) {
    return 0.5 - 0.5 * Math.tanh(x) * Math.tanh(x);
  }

  /** Something along the dimensions of the result that no argument has. */
  Array fresh() {
    Set<Dim> dims = new LinkedHashSet<>(op.result().dims());
    op.arguments().forEach(argument -> dims.removeAll(argument.dims()));
    List<Dim> order = List.copyOf(dims);
    int[] sizes = order.stream().mapToInt(grid::size).toArray();
    return Array.of(order, sizes, index -> 0.5 + 0.3 * java.util.Arrays.stream(index).sum());
  }

  /** Arguments of the whole operation, with all that they reach. */
  List<Array> reached(List<Array> arguments) {
    List<Array> reached = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      Operand argument = op.inputs().get(i);
      reached.add(scanned(argument, inHalo(argument, arguments.get(i), null), null));
    }
    return reached;
  }

  /** The gradients of all arguments of the whole operation. */
  List<Array> gradients(List<Array> arguments, Array gradient) {
    List<Array> reached = reached(arguments);
    List<Array> gradients = new ArrayList<>();
    for (int i = 0; i < reached.size(); i++) {
      Operand argument = op.inputs().get(i);
      Array own = scanGradient(argument, gradient(i, reached, fresh(), gradient), null);
      Array all = haloGradient(argument, own);
      int places = places(argument);
      gradients.add(
          places == 0
              ? all
              : all.slice(op.of().halo().over(), places, own.size(op.of().halo().over())));
    }
    return gradients;
  }
}
