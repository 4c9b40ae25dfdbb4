package io.heddle.processor.lower;

import io.heddle.processor.model.Dim;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Read;
import io.heddle.processor.program.Saved;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the second part of a backward pass reads and does not make: operands of products, and the
 * gradients of their results, as the first part left them.
 */
final class HeldTensors {
  private final Map<Value, Communicate> brought = new HashMap<>();
  private final Set<Value> madeLater;
  private final Map<String, List<Read>> forms = new LinkedHashMap<>();

  /**
   * @param madeLater what the second part makes
   */
  HeldTensors(List<LocalNode> input, Set<Value> madeLater) {
    this.madeLater = madeLater;
    for (LocalNode node : input) {
      if (node instanceof Communicate communicate) {
        brought.put(node.output(), communicate);
      }
    }
  }

  /**
   * All that is held.
   *
   * @param nodes of both parts
   */
  List<Saved> of(List<LocalNode> nodes) {
    for (LocalNode node : nodes) {
      if (!madeLater.contains(node.output())) {
        continue;
      }
      if (node instanceof Compute compute) {
        compute.reads().forEach(this::add);
      } else if (node instanceof Communicate communicate) {
        Value from = node.inputs().isEmpty() ? Value.BEFORE : node.inputs().get(0);
        add(
            new Read(
                from,
                communicate.tensor(),
                communicate.dims(),
                communicate.from(),
                communicate.format()));
      }
    }
    List<Saved> held = new ArrayList<>();
    forms.forEach(
        (tensor, some) -> {
          for (Read read : some) {
            if (some.stream().noneMatch(other -> isPart(read, other))) {
              held.add(new Saved(tensor, Saved.Kind.TENSOR, read.bytes()));
            }
          }
        });
    return held;
  }

  private void add(Read read) {
    if (madeLater.contains(read.value())) {
      return;
    }
    Communicate by = brought.get(read.value());
    Sharding lies = (by == null ? read.lies() : by.to()).withoutPartial();
    Read form = new Read(Value.BEFORE, read.tensor(), read.dims(), lies, read.format());
    List<Read> some = forms.computeIfAbsent(read.tensor(), unused -> new ArrayList<>());
    if (!some.contains(form)) {
      some.add(form);
    }
  }

  /** Whether the first is a slice of the second, and needs no memory of its own. */
  private static boolean isPart(Read part, Read whole) {
    if (part.equals(whole)) {
      return false;
    }
    for (Dim dim : part.dims()) {
      List<String> finer = part.lies().of(dim);
      List<String> coarser = whole.lies().of(dim);
      if (coarser.size() > finer.size() || !finer.subList(0, coarser.size()).equals(coarser)) {
        return false;
      }
    }
    return true;
  }
}
