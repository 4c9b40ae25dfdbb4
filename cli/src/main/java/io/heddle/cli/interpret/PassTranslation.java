package io.heddle.cli.interpret;

import io.heddle.processor.model.Dim;
import io.heddle.processor.program.ExpertWay;
import io.heddle.processor.program.LocalGroup;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Reach;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Pieces;
import io.heddle.processor.program.RowSizes;
import io.heddle.processor.program.Value;
import io.heddle.runtime.emit.Exchange;
import io.heddle.runtime.emit.Neighbourhood;
import io.heddle.runtime.emit.RankEmitter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a pass a list of instructions: values become places. */
final class PassTranslation {
  private final String block;
  private final List<LocalGroup> groups;
  private final NumberList numbers;
  private final Map<Value, Integer> places = new HashMap<>();
  private final List<Instruction> code = new ArrayList<>();

  private PassTranslation(String block, List<LocalGroup> groups, NumberList numbers) {
    this.block = block;
    this.groups = groups;
    this.numbers = numbers;
  }

  /**
   * The code of a pass through a block.
   *
   * @param groups of the program, by their numbers
   * @param numbers receives what the nodes use
   */
  static PassCode of(String block, Pass pass, List<LocalGroup> groups, NumberList numbers) {
    return new PassTranslation(block, groups, numbers).translate(pass);
  }

  private PassCode translate(Pass pass) {
    int argument = pass.argument().isBefore() ? -1 : place(pass.argument());
    int[] sidesGiven = placesOrNone(pass.sides().given());
    boolean isAgain = false;
    for (LocalNode node : pass.nodes()) {
      if (pass.isAgain(node.output()) != isAgain) {
        isAgain = !isAgain;
        code.add(isAgain ? Instruction.RECOMPUTE : Instruction.BACKWARD);
      }
      if (node instanceof Compute kernel) {
        code.add(kernel(kernel));
      } else if (node instanceof Ring ring) {
        code.add(ring(ring));
      } else {
        code.add(collective((Communicate) node));
      }
    }
    if (isAgain) {
      code.add(Instruction.BACKWARD);
    }
    int result = pass.result().isBefore() ? -1 : place(pass.result());
    int[] sidesMade = placesOrNone(pass.sides().made());
    return new PassCode(code, places.size(), argument, result, sidesGiven, sidesMade);
  }

  private int place(Value value) {
    Integer known = places.get(value);
    if (known != null) {
      return known;
    }
    places.put(value, places.size());
    return places.size() - 1;
  }

  private int[] placesOrNone(List<Value> values) {
    return values.stream().mapToInt(value -> value.isBefore() ? -1 : place(value)).toArray();
  }

  private Places places(List<Value> values) {
    return new Places(values.stream().map(this::place).toList());
  }

  private String name(LocalNode node) {
    return block + "." + node.operation();
  }

  private int kernelOf(Compute node) {
    return numbers.kernel(name(node), node, node.bytes());
  }

  private Instruction kernel(Compute node) {
    int kernel = kernelOf(node);
    Optional<Dim> rows = RowSizes.of(node, numbers.loadedRows());
    if (rows.isPresent()) {
      int ofRows = numbers.ofRows(kernel, node, rows.get());
      Places needs = places(node.inputs());
      int output = place(node.output());
      return (plan, rank, made) -> {
        needs.need(rank, made);
        made[output] = rank.compute(plan.ofRows(ofRows));
      };
    }
    if (node.pieces() == null) {
      Places needs = places(node.inputs());
      int output = place(node.output());
      return (plan, rank, made) -> {
        needs.need(rank, made);
        made[output] = rank.compute(plan.kernel(kernel));
      };
    }
    Needs needs = needs(node, node.pieces());
    int pieces = numbers.pieces(kernel, node.pieces());
    int output = place(node.output());
    return (plan, rank, made) ->
        made[output] = needs.begin(plan, rank, made).compute(plan.pieces(pieces));
  }

  private Needs needs(LocalNode node, Pieces pieces) {
    List<Value> whole = new ArrayList<>();
    List<Value> cut = new ArrayList<>();
    List<Integer> over = new ArrayList<>();
    for (Value input : node.inputs()) {
      List<String> axes = pieces.neighbours().get(input);
      if (axes == null) {
        whole.add(input);
      } else {
        cut.add(input);
        over.add(numbers.sizes().ranks(axes));
      }
    }
    return new Needs(
        places(whole), numbers.sizes().pieces(pieces.cut()), places(cut), new Places(over));
  }

  private Instruction neighbours(Ring node, Reach reach) {
    Places own = places(node.own());
    Places others = places(node.others());
    String keys = block + "." + node.keysOperation();
    int group = group(node.axes());
    int piece = numbers.sizes().of(node.message());
    int reached = numbers.sizes().of(reach.bytes());
    int near = kernelOf(node.kernel());
    int rest = reach.rest() == null ? -1 : kernelOf(reach.rest());
    Compute adds = node.sum();
    int sum = adds == null ? -1 : kernelOf(adds);
    int output = place(node.output());
    int home = adds == null ? -1 : place(adds.output());
    return (plan, rank, made) -> {
      own.need(rank, made);
      Neighbourhood come =
          rank.neighbours(keys, group, plan.size(piece), plan.size(reached), reach.sides());
      others.need(rank, made);
      if (sum < 0) {
        made[output] =
            rest < 0
                ? come.forward(plan.kernel(near))
                : come.forward(plan.kernel(near), plan.kernel(rest));
        return;
      }
      made[output] =
          rest < 0
              ? come.backward(plan.kernel(near), plan.kernel(sum))
              : come.backward(plan.kernel(near), plan.kernel(rest), plan.kernel(sum));
      made[home] = rank.broughtBack();
    };
  }

  private Instruction ring(Ring node) {
    if (node.reach() != null) {
      return neighbours(node, node.reach());
    }
    RingNode ring =
        new RingNode(
            block + "." + node.keysOperation(),
            places(node.own()),
            places(node.others()),
            group(node.axes()),
            numbers.sizes().of(node.message()));
    int first = kernelOf(node.kernel());
    int later = numbers.kernel(name(node.kernel()), node.kernel(), node.laterBytes());
    int output = place(node.output());
    Compute sum = node.sum();
    if (sum == null) {
      return (plan, rank, made) ->
          made[output] =
              ring.begin(plan, rank, made).forward(plan.kernel(first), plan.kernel(later));
    }
    int added = kernelOf(sum);
    int home = place(sum.output());
    return (plan, rank, made) -> {
      made[output] =
          ring.begin(plan, rank, made)
              .backward(plan.kernel(first), plan.kernel(later), plan.kernel(added));
      made[home] = rank.broughtHome();
    };
  }

  private Instruction collective(Communicate node) {
    int ranks = numbers.sizes().ranks(node.axes());
    CollectiveNode collective =
        new CollectiveNode(
            name(node),
            node.kind(),
            Exchange.valueOf(node.exchange().name()),
            groups.indexOf(node.group()),
            numbers.sizes().of(node.bytes()),
            route(node),
            node.way() != null && node.way().toExperts(),
            spread(node));
    int before = node.inputs().isEmpty() ? -1 : place(node.inputs().get(0));
    if (node.pieces() != null) {
      Needs needs = needs(node, node.pieces());
      int output = place(node.output());
      return (plan, rank, made) ->
          made[output] =
              plan.size(ranks) > 1
                  ? collective.run(plan, needs.begin(plan, rank, made))
                  : instead(before, made);
    }
    Places needs = places(node.inputs());
    int output = place(node.output());
    return (plan, rank, made) -> {
      if (plan.size(ranks) > 1) {
        needs.need(rank, made);
        made[output] = collective.run(plan, rank);
      } else {
        made[output] = instead(before, made);
      }
    };
  }

  private CollectiveNode.@Nullable SpreadPlaces spread(Communicate node) {
    if (node.way() == null || !node.isByNode()) {
      return null;
    }
    ExpertWay.Spread spread = node.way().spread();
    return new CollectiveNode.SpreadPlaces(
        numbers.sizes().of(spread.tokens()),
        numbers.sizes().of(spread.experts()),
        numbers.sizes().of(spread.top()),
        spread.nodes());
  }

  /** The route of the rows that travel, or that are brought together; -1 of all else. */
  private int route(Communicate node) {
    List<Dim> loaded = numbers.loadedRows();
    return node.way() != null
        ? loaded.indexOf(node.way().rows())
        : RowSizes.in(node.bytes(), loaded).map(loaded::indexOf).orElse(-1);
  }

  /** Alone, a rank has what it would get. */
  private static long instead(int before, long[] made) {
    return before < 0 ? RankEmitter.NONE : made[before];
  }

  private int group(List<String> axes) {
    return groups.indexOf(new LocalGroup.Along(axes));
  }
}
