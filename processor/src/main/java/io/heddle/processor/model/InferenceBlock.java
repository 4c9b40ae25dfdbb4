package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.InferenceOperation.Append.Joined;
import io.heddle.processor.model.InferenceOperation.Sample;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.model.Operation.SquaredError;
import io.heddle.processor.syntax.Expression.Operator;
import io.heddle.processor.syntax.Name;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One block of a model of inference. What stands between the tensors that are kept and attention is
 * computed for all tokens of the cache; everything else for the new ones only.
 */
final class InferenceBlock {
  private static final String LAST = "last";
  private static final List<Operation> NONE = List.of();

  private final InferenceModel model;
  private final Block block;
  private final Diagnostics diagnostics;

  /** The tensors that the plan says are kept; none where keys and values are. */
  private final Set<Tensor> named = new LinkedHashSet<>();

  private final Map<Weight, Weight> weights = new LinkedHashMap<>();

  /** What is kept, and the cache with the new tokens in it. */
  private final Map<Tensor, Tensor> kept = new LinkedHashMap<>();

  /** The attentions that absorb the products of which their keys and values are. */
  private final Map<Attend, Absorption> absorbing = new LinkedHashMap<>();

  private final List<Operation> written = new ArrayList<>();

  InferenceBlock(InferenceModel model, Block block, List<Name> cached, Diagnostics diagnostics) {
    this.model = model;
    this.block = block;
    this.diagnostics = diagnostics;
    BlockParts parts = new BlockParts(List.of(block), diagnostics);
    Name owner = new Name(block.name(), block.span());
    cached.forEach(name -> parts.tensor(owner, name).ifPresent(named::add));
    if (model.absorbs() && !named.isEmpty()) {
      block.operations().forEach(this::absorb);
    }
    for (Weight weight : block.weights()) {
      List<Dim> dims =
          weight.dims().stream()
              .map(dim -> dim.equals(model.before()) ? model.places() : dim)
              .toList();
      weights.put(weight, new Weight(weight.block(), weight.name(), dims, weight.span()));
    }
  }

  private void absorb(Operation operation) {
    if (operation instanceof Attend attend) {
      Absorption.of(
              attend, block, named, why -> model.reportAbsorbed(attend.span(), block.name(), why))
          .ifPresent(found -> absorbing.put(attend, found));
    }
  }

  /** A block of the layers, or what begins the model. */
  Block written() {
    Set<Tensor> needed = needed();
    Set<Tensor> appended = new HashSet<>();
    for (Operation operation : block.operations()) {
      if (operation instanceof Attend attend) {
        attend(attend, needed, appended);
      } else if (operation instanceof Select select) {
        only(select, needed).forEach(each -> select(select, needed, appended));
      } else {
        only(operation, needed).forEach(this::moved);
      }
    }
    Tensor result = block.result();
    return with(block.argument(), written, result == null ? null : now(result));
  }

  /** What ends the model: of each sequence the last of the new tokens leads to the next one. */
  Block head() {
    Tensor argument = block.argument();
    if (argument == null || !model.takesLast(block)) {
      return written();
    }
    Dim last = model.last();
    UnaryOperator<Dim> toLast = dim -> dim.equals(model.before()) ? last : dim;
    MovedOperations moved = new MovedOperations(toLast, operand -> inHead(operand, toLast));
    Tensor taken = new Tensor(LAST, argument.dims().stream().map(toLast).toList(), argument.span());
    written.add(
        new Slice(
            taken,
            now(argument),
            model.tokens(),
            last,
            model.binary(Operator.SUBTRACT, model.length(), Objects.requireNonNull(last.size())),
            model.span()));
    block.operations().forEach(operation -> written.add(sampled(moved.of(operation))));
    return with(argument, written, null);
  }

  private Operand inHead(Operand operand, UnaryOperator<Dim> toLast) {
    if (operand instanceof Weight weight) {
      return weights.get(weight);
    }
    Tensor tensor = (Tensor) operand;
    List<Dim> dims = tensor.dims().stream().map(toLast).toList();
    return new Tensor(tensor.equals(block.argument()) ? LAST : tensor.name(), dims, tensor.span());
  }

  private Operation sampled(Operation operation) {
    if (operation instanceof SquaredError) {
      model.report(operation.span(), block.name(), "no token is drawn from what it makes");
    }
    return operation instanceof CrossEntropy loss
        ? new Sample("sample", loss.input(), loss.span())
        : operation;
  }

  private Block with(
      @Nullable Tensor argument, List<Operation> operations, @Nullable Tensor result) {
    return new Block(
        block.name(),
        block.documentation(),
        argument == null ? null : now(argument),
        block.sides().stream().map(this::now).toList(),
        block.inputs().stream().map(this::now).toList(),
        block.weights().stream().map(weights::get).toList(),
        List.copyOf(operations),
        result,
        block.statements(),
        block.span());
  }

  /** A tensor, of the new tokens. */
  private Tensor now(Tensor tensor) {
    return new Tensor(
        tensor.name(), tensor.dims().stream().map(model::moved).toList(), tensor.span());
  }

  private Operand now(Operand operand) {
    return operand instanceof Weight weight ? weights.get(weight) : now((Tensor) operand);
  }

  /** Adds the operation, for the new tokens. A table that has a row for each place is looked up. */
  private void moved(Operation operation) {
    if (operation instanceof PointWise sum) {
      for (Operand operand : sum.inputs()) {
        if (operand instanceof Weight table && table.dims().contains(model.before())) {
          Tensor rows = rows(table);
          written.add(new Lookup(rows, weights.get(table), model.places(), table.span()));
        }
      }
      written.add(new MovedOperations(model::moved, this::looked).of(operation));
      return;
    }
    boolean multiplies =
        operation.inputs().stream()
            .anyMatch(each -> each instanceof Weight && each.dims().contains(model.before()));
    if (multiplies) {
      model.report(operation.span(), block.name(), "a weight mixes the tokens of a sequence");
    }
    written.add(sampled(new MovedOperations(model::moved, this::now).of(operation)));
  }

  private Operand looked(Operand operand) {
    return operand instanceof Weight table && table.dims().contains(model.before())
        ? rows(table)
        : now(operand);
  }

  private Tensor rows(Weight table) {
    return new Tensor(
        table.name() + ".rows", table.dims().stream().map(model::moved).toList(), table.span());
  }

  /** Appends what is kept to the cache, makes keys and values of the cache, and attends to them. */
  private void attend(Attend attend, Set<Tensor> needed, Set<Tensor> appended) {
    Dim keys = model.keys(attend.visible());
    List<Tensor> fresh = fresh(keptFor(attend), keys, appended);
    Absorption absorption = absorbing.get(attend);
    Joined joined = absorption == null ? null : joined(absorption, fresh);
    append(attend, attend.visible(), fresh, joined, appended);
    if (absorption != null) {
      absorbed(absorption, joined, keys);
      return;
    }
    List<Tensor> read = List.of(attend.k(), attend.v());
    Map<Tensor, Tensor> ofCache = new LinkedHashMap<>(kept);
    remade(read, needed, keys, ofCache);
    if (!ofCache.keySet().containsAll(read)) {
      model.reportNames(attend.span(), block.name());
      return;
    }
    checkWindows(attend, List.of(ofCache.get(attend.k()), ofCache.get(attend.v())), keys);
    written.add(
        new Attend(
            now(attend.result()),
            now(attend.q()),
            ofCache.get(attend.k()),
            ofCache.get(attend.v()),
            model.tokens(),
            keys,
            model.visible(attend.visible()),
            attend.scores(),
            selected(attend),
            attend.span()));
  }

  /** Appends what is kept to the cache, makes keys of the cache, and selects among them. */
  private void select(Select select, Set<Tensor> needed, Set<Tensor> appended) {
    Dim keys = model.keys(select.visible());
    append(
        select,
        select.visible(),
        fresh(keptFor(List.of(select.k())), keys, appended),
        null,
        appended);
    Map<Tensor, Tensor> ofCache = new LinkedHashMap<>(kept);
    remade(List.of(select.k()), needed, keys, ofCache);
    if (!ofCache.containsKey(select.k())) {
      model.reportNames(select.span(), block.name());
      return;
    }
    checkWindows(select, List.of(ofCache.get(select.k())), keys);
    written.add(
        new Select(
            now(select.result()),
            now(select.q()),
            ofCache.get(select.k()),
            select.weights() == null ? null : now(select.weights()),
            model.tokens(),
            keys,
            select.count(),
            model.visible(select.visible()),
            select.span()));
  }

  private @Nullable SelectedKeys selected(Attend attend) {
    SelectedKeys selected = attend.selected();
    return selected == null ? null : new SelectedKeys(now(selected.indices()), selected.count());
  }

  /** Those of the tensors that no operation before has kept, which from here on are. */
  private List<Tensor> fresh(List<Tensor> wanted, Dim keys, Set<Tensor> appended) {
    List<Tensor> fresh = wanted.stream().filter(appended::add).toList();
    fresh.forEach(tensor -> kept.put(tensor, ofCache("cache." + tensor.name(), tensor, keys)));
    return fresh;
  }

  private void append(
      Operation reader,
      VisibleKeys visible,
      List<Tensor> fresh,
      @Nullable Joined joined,
      Set<Tensor> appended) {
    if (fresh.isEmpty()) {
      return;
    }
    written.add(
        new Append(
            appended.size() == fresh.size() ? "cache" : "cache." + reader.name(),
            fresh.stream().map(this::now).toList(),
            fresh.stream().map(kept::get).toList(),
            joined,
            model.tokens(),
            model.keys(visible),
            model.ragged(visible),
            reader.span()));
  }

  private void checkWindows(Operation reader, List<Tensor> read, Dim keys) {
    if (!read.stream().allMatch(tensor -> tensor.dims().contains(keys))) {
      model.report(reader.span(), block.name(), "two attentions with other windows read the same");
    }
  }

  /**
   * What is kept for the keys, side by side; null where that is one tensor.
   *
   * @param fresh what is appended for the attention
   */
  private @Nullable Joined joined(Absorption absorption, List<Tensor> fresh) {
    List<Tensor> parts = absorption.keptForKeys();
    if (parts.size() == 1) {
      return null;
    }
    if (!fresh.containsAll(parts)) {
      model.reportAbsorbed(
          absorption.attend().span(),
          block.name(),
          "another attention of the block reads the same");
      return null;
    }
    List<Tensor> caches = parts.stream().map(kept::get).toList();
    return new Joined(absorbed(absorption).keys(caches.get(0)), caches);
  }

  private AbsorbedAttention absorbed(Absorption absorption) {
    return new AbsorbedAttention(
        model, absorption, this::now, weights, selected(absorption.attend()));
  }

  private void absorbed(Absorption absorption, @Nullable Joined joined, Dim keys) {
    Tensor first = kept.get(absorption.keptForKeys().get(0));
    Tensor values = kept.get(absorption.values().kept());
    checkWindows(absorption.attend(), List.of(first, values), keys);
    Tensor all = joined == null ? first : joined.whole();
    written.addAll(absorbed(absorption).operations(all, values, keys));
  }

  /** Adds the operations that lead from the cache to what an operation reads of all tokens. */
  private void remade(
      List<Tensor> read, Set<Tensor> needed, Dim keys, Map<Tensor, Tensor> ofCache) {
    Set<Tensor> wanted = before(read, kept.keySet());
    for (Operation operation : block.operations()) {
      for (Operation part : operation.results().isEmpty() ? NONE : only(operation, wanted)) {
        List<Tensor> tensors =
            part.inputs().stream()
                .filter(Tensor.class::isInstance)
                .map(Tensor.class::cast)
                .filter(tensor -> tensor.dims().contains(model.before()))
                .toList();
        if (!ofCache.keySet().containsAll(tensors)) {
          continue;
        }
        for (Tensor made : part.results()) {
          String name = needed.contains(made) ? made.name() + ".cached" : made.name();
          ofCache.putIfAbsent(made, ofCache(name, made, keys));
        }
        Operation copy =
            new MovedOperations(
                    dim -> dim.equals(model.before()) ? keys : dim,
                    operand ->
                        operand instanceof Tensor tensor
                            ? ofCache.getOrDefault(tensor, now(tensor))
                            : weights.get((Weight) operand))
                .of(part);
        written.add(
            copy instanceof Fused fused && part.results().stream().anyMatch(needed::contains)
                ? new Fused(fused.name() + ".cached", fused.parts(), fused.span())
                : copy);
      }
    }
  }

  private Tensor ofCache(String name, Tensor tensor, Dim keys) {
    List<Dim> dims =
        tensor.dims().stream().map(dim -> dim.equals(model.before()) ? keys : dim).toList();
    return new Tensor(name, dims, tensor.span());
  }

  /** What is kept of the tokens that an attention reads, in the order in which it is made. */
  private List<Tensor> keptFor(Attend attend) {
    Absorption absorption = absorbing.get(attend);
    if (absorption != null) {
      Set<Tensor> parts = new LinkedHashSet<>(absorption.keptForKeys());
      parts.add(absorption.values().kept());
      return List.copyOf(parts);
    }
    return keptFor(List.of(attend.k(), attend.v()));
  }

  /** What is kept for tensors that an operation reads of all tokens. */
  private List<Tensor> keptFor(List<Tensor> ofAll) {
    if (named.isEmpty()) {
      return List.copyOf(new LinkedHashSet<>(ofAll));
    }
    Set<Tensor> read = before(ofAll, Set.of());
    read.addAll(ofAll);
    for (Tensor tensor : named) {
      if (!tensor.dims().contains(model.before())) {
        diagnostics
            .report(Code.NOT_A_DIM, model.span(), model.before(), tensor.name())
            .help("`cache` names tensors of tokens")
            .add();
      }
    }
    return named.stream().filter(read::contains).toList();
  }

  /** The tensors that the block's result and its queries follow from, and those that are kept. */
  private Set<Tensor> needed() {
    List<Tensor> roots = new ArrayList<>();
    if (block.result() != null) {
      roots.add(block.result());
    }
    for (Operation operation : block.operations()) {
      if (operation instanceof Attend attend) {
        roots.addAll(queries(attend));
        roots.addAll(keptFor(attend));
      } else if (operation instanceof Select select) {
        roots.addAll(keptFor(List.of(select.k())));
      } else if (operation.results().isEmpty()) {
        operation.inputs().stream()
            .filter(Tensor.class::isInstance)
            .forEach(tensor -> roots.add((Tensor) tensor));
      }
    }
    Set<Tensor> needed = before(roots, Set.of());
    needed.addAll(roots);
    return needed;
  }

  /** What an attention takes of the new tokens. */
  private List<Tensor> queries(Attend attend) {
    Absorption absorption = absorbing.get(attend);
    boolean isWhole = absorption == null || absorption.queries().isEmpty();
    List<Tensor> taken = new ArrayList<>(isWhole ? List.of(attend.q()) : absorption.queries());
    if (attend.selected() != null) {
      taken.add(attend.selected().indices());
    }
    return taken;
  }

  private static List<Tensor> queries(Select select) {
    return select.weights() == null ? List.of(select.q()) : List.of(select.q(), select.weights());
  }

  /**
   * What tensors are made of, with themselves.
   *
   * @param until what is there already; of what attention makes, queries alone count
   */
  private Set<Tensor> before(List<Tensor> tensors, Set<Tensor> until) {
    Set<Tensor> found =
        tensors.stream().filter(t -> !until.contains(t)).collect(Collectors.toSet());
    List<Operation> operations = block.operations();
    for (int i = operations.size() - 1; i >= 0; i--) {
      for (Operation part : parts(operations.get(i))) {
        if (part.results().stream().anyMatch(found::contains)) {
          List<? extends Operand> read = part.inputs();
          if (part instanceof Attend attend) {
            read = queries(attend);
          } else if (part instanceof Select select) {
            read = queries(select);
          }
          for (Operand operand : read) {
            if (operand instanceof Tensor tensor && !until.contains(tensor)) {
              found.add(tensor);
            }
          }
        }
      }
    }
    return found;
  }

  /** The parts of a fused operation, the last first; any other by itself. */
  private static List<Operation> parts(Operation operation) {
    if (!(operation instanceof Fused fused)) {
      return List.of(operation);
    }
    List<Operation> parts = new ArrayList<>(fused.parts());
    Collections.reverse(parts);
    return parts;
  }

  /** The operation as far as it makes something of these; nothing where it does not. */
  private static List<Operation> only(Operation operation, Set<Tensor> wanted) {
    if (operation.results().isEmpty()) {
      return List.of(operation);
    }
    if (operation instanceof Fused fused) {
      List<Operation> left =
          fused.parts().stream()
              .filter(part -> part.results().stream().anyMatch(wanted::contains))
              .toList();
      return left.isEmpty() ? NONE : List.of(new Fused(fused.name(), left, fused.span()));
    }
    return operation.results().stream().anyMatch(wanted::contains) ? List.of(operation) : NONE;
  }
}
