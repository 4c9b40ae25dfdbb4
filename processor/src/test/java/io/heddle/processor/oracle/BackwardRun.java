package io.heddle.processor.oracle;

import io.heddle.processor.local.BlockProgram;
import io.heddle.processor.local.LocalNode;
import io.heddle.processor.local.LocalNode.Communicate;
import io.heddle.processor.local.LocalNode.Compute;
import io.heddle.processor.local.Sharding;
import io.heddle.processor.local.Value;
import io.heddle.processor.model.Block;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.oracle.Problem.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The backward program of a block on all ranks. */
final class BackwardRun {
  private final RankRun run;
  private final ForwardRun forward;
  private final Place place;
  private final BlockProgram program;
  private final Block block;
  private final Contents contents;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final Map<Tensor, Set<Value>> terms = new HashMap<>();

  /** The sums of gradients that have several terms. */
  private final Map<Tensor, Value> added = new HashMap<>();

  private final Set<String> ownNodes = new HashSet<>();

  /** Operations before this one in the block have not been derived yet. */
  private int done;

  BackwardRun(RankRun run, ForwardRun forward, @Nullable Spread gradient) {
    this.run = run;
    this.forward = forward;
    this.place = forward.place();
    this.program = forward.program();
    this.block = program.block();
    this.contents = new Contents(run.grid(), new Names(block));
    this.done = block.operations().size();
    if (block.argument() != null) {
      tensors.put(block.argument().name(), block.argument());
    }
    block.operations().forEach(op -> op.results().forEach(r -> tensors.put(r.name(), r)));
    program.backward().forEach(node -> ownNodes.add(node.operation()));
    if (gradient != null) {
      contribute(block.result(), BlockProgram.RESULT_GRADIENT, gradient);
    }
  }

  private static String name(Operand operand) {
    return "d" + operand.name();
  }

  private void contribute(Tensor tensor, Value value, Spread gradient) {
    contents.put(value, name(tensor), gradient);
    terms.computeIfAbsent(tensor, unused -> new LinkedHashSet<>()).add(value);
  }

  @Nullable Spread run() {
    for (LocalNode node : program.backward()) {
      if (node instanceof Compute compute) {
        compute(compute);
      } else {
        communicate((Communicate) node);
      }
    }
    passSums(0);
    Tensor argument = block.argument();
    if (argument == null) {
      return null;
    }
    Spread made = contents.get(program.backwardResult(), name(argument));
    Spread dx = made.to(run.stored(argument, made.sharding()), List.of());
    run.compare(dx, run.whole().argumentGradient(place), place + " gradient of the argument");
    return dx;
  }

  private void communicate(Communicate node) {
    Tensor saved = tensors.get(node.tensor());
    Tensor of = node.tensor().startsWith("d") ? tensors.get(node.tensor().substring(1)) : null;
    boolean before =
        saved != null
            && (node.inputs().isEmpty() || contents.has(node.inputs().get(0), saved.name()));
    if (!before && of != null) {
      passSums(producer(of) + 1);
    }
    contents.communicate(node, before && node.inputs().isEmpty() ? forward.saved(saved) : null);
  }

  private int producer(Tensor tensor) {
    List<Operation> operations = block.operations();
    for (int i = 0; i < operations.size(); i++) {
      if (operations.get(i).results().contains(tensor)) {
        return i;
      }
    }
    return -1;
  }

  /** Sums make no node: from {@code index} on, their gradients become those of their terms. */
  private void passSums(int index) {
    for (; done > index; done--) {
      if (block.operations().get(done - 1) instanceof PointWise sum && sum.isSum()) {
        pass(sum);
      } else if (block.operations().get(done - 1) instanceof Alias alias) {
        pass(alias);
      }
    }
  }

  private void pass(PointWise sum) {
    if (!terms.containsKey(sum.result())) {
      return;
    }
    String name = name(sum.result());
    Sharding stored = forward.saved(sum.result()).sharding();
    Value made = added.getOrDefault(sum.result(), first(sum.result()));
    Value value = contents.brought(made, name, stored);
    if (value == null) {
      throw new AssertionError(name + " is not brought to " + stored);
    }
    for (Operand operand : sum.inputs()) {
      if (operand instanceof Tensor term && term.dims().size() == sum.result().dims().size()) {
        Spread gradient = contents.get(value, name).to(stored, List.of());
        if (contents.has(value, name(term))) {
          // The kernel that made the sum's gradient made one of the term too.
          contents.put(value, name(term), plus(contents.get(value, name(term)), gradient));
        } else {
          contents.alias(value, name, name(term));
          if (!contents.get(value, name).sharding().equals(stored)) {
            contents.put(value, name(term), gradient);
          }
        }
        terms.computeIfAbsent(term, unused -> new LinkedHashSet<>()).add(value);
      }
    }
  }

  /** A name makes no node either: what the gradient was brought to becomes that of its tensor. */
  private void pass(Alias alias) {
    Tensor result = alias.result();
    boolean moves = !alias.renamed().isEmpty() || run.isPinned(result);
    Set<Value> all = terms.getOrDefault(result, Set.of());
    for (Value term : moves && !all.isEmpty() ? Set.of(first(result)) : all) {
      Value value = term;
      Spread gradient = contents.get(value, name(result));
      if (moves) {
        value = contents.last(added.getOrDefault(result, term), name(result));
        Spread last = contents.get(value, name(result));
        gradient = last.to(stored(result, last), List.of()).renamed(Names.back(alias));
      }
      if (contents.has(value, name(alias.input()))) {
        gradient = plus(contents.get(value, name(alias.input())), gradient);
      }
      contents.put(value, name(alias.input()), gradient);
      terms.computeIfAbsent(alias.input(), unused -> new LinkedHashSet<>()).add(value);
    }
  }

  /** Where a tensor is stored, still partial as its gradient is. */
  private Sharding stored(Tensor tensor, Spread gradient) {
    return forward.saved(tensor).sharding().withPartial(gradient.sharding().partial());
  }

  private Spread plus(Spread one, Spread other) {
    return Spread.of(
        run.grid(), one.dims(), one.sharding(), rank -> one.part(rank).plus(other.part(rank)));
  }

  private Value first(Tensor tensor) {
    return terms.get(tensor).iterator().next();
  }

  private void compute(Compute node) {
    String name = node.operation();
    if (name.startsWith("add.d")) {
      Tensor tensor = tensors.get(withoutNumber(name.substring(5)));
      passSums(producer(tensor) + 1);
      add(node, tensor);
      return;
    }
    for (int i = block.operations().size() - 1; i >= 0; i--) {
      Operation op = block.operations().get(i);
      if (derives(node, name, op) || derives(node, withoutNumber(name), op)) {
        return;
      }
    }
    throw new AssertionError("what is `" + name + "`?");
  }

  private static String withoutNumber(String name) {
    return name.replaceAll("\\.\\d+$", "");
  }

  private void add(Compute node, Tensor tensor) {
    List<Spread> all = new ArrayList<>();
    for (Value input : node.inputs()) {
      all.add(contents.get(input, name(tensor)));
    }
    Sharding alike = node.assignment().withPartial(all.get(0).sharding().partial());
    Spread sum =
        Spread.of(
            run.grid(),
            tensor.dims(),
            alike,
            rank ->
                all.stream()
                    .map(term -> Contents.sliced(term, alike, node).part(rank))
                    .reduce(Array::plus)
                    .orElseThrow());
    contents.put(node.output(), name(tensor), sum);
    added.put(tensor, node.output());
  }

  private boolean derives(Compute node, String name, Operation op) {
    if (op instanceof PointWise p) {
      return pointWise(node, name, p);
    }
    if (op instanceof Einsum e) {
      return einsum(node, name, e);
    }
    if (op instanceof Norm n && name.equals(n.name() + ".dx.statistics")) {
      passSums(producer(n.result()));
      normStatistics(node, n);
      return true;
    }
    if (op instanceof Norm n && name.equals(n.name() + ".dx")) {
      passSums(producer(n.result()));
      norm(node, n);
      return true;
    }
    if (op instanceof Attend a && name.equals(a.name() + ".dx")) {
      passSums(producer(a.result()));
      attend(node, a);
      return true;
    }
    if (op instanceof Lookup l && name.equals(l.name() + ".dw")) {
      passSums(producer(l.result()));
      lookup(node, l);
      return true;
    }
    if (op instanceof CrossEntropy c && name.equals(c.name() + ".dx")) {
      crossEntropy(node, c);
      return true;
    }
    if (op instanceof Fused f && name.startsWith(f.name() + ".d")) {
      passSums(producer(f.results().get(0)));
      if (name.equals(f.name() + ".dx")) {
        fusedInput(node, f);
        return true;
      }
      if (name.equals(f.name() + ".dw")) {
        fusedWeights(node, f);
        return true;
      }
    }
    return false;
  }

  /** A gradient as the node reads it; {@code partial} if the node can do with terms of it. */
  private Spread gradient(Compute node, Tensor of, boolean partial) {
    // Where there are several terms, only their sum will do.
    Value sum = added.get(of);
    Spread found = sum == null ? contents.find(node, name(of)) : contents.find(node, name(of), sum);
    Contents.require(found != null, node, "does not wait for " + name(of));
    Sharding wanted = node.assignment().restrictedTo(of.dims());
    return Contents.sliced(
        found, partial ? wanted.withPartial(found.sharding().partial()) : wanted, node);
  }

  /** A tensor of the forward pass as the node reads it. */
  private Spread saved(Compute node, Tensor tensor) {
    Spread found = contents.find(node, tensor.name());
    Spread there = found != null ? found : forward.saved(tensor);
    return Contents.sliced(there, node.assignment().restrictedTo(tensor.dims()), node);
  }

  private static Sharding lies(Compute node, List<Dim> dims) {
    Set<String> partial = new TreeSet<>(node.assignment().axesBeyond(dims));
    return node.assignment().restrictedTo(dims).withPartial(partial);
  }

  /** A gradient that a kernel makes, with terms that lie alike and that it adds at once. */
  private void make(Compute node, Tensor of, IntFunction<Array> part) {
    make(node, of, lies(node, of.dims()), part);
  }

  private void make(Compute node, Tensor of, Sharding lies, IntFunction<Array> part) {
    List<Spread> folded = new ArrayList<>();
    Set<Value> waiting = terms.getOrDefault(of, Set.of());
    if (lies.partial().isEmpty() && addsTerms(node)) {
      for (Value term : List.copyOf(waiting)) {
        if (node.inputs().contains(term) && contents.get(term, name(of)).sharding().equals(lies)) {
          folded.add(contents.get(term, name(of)));
          waiting.remove(term);
        }
      }
    }
    contribute(
        of,
        node.output(),
        Spread.of(
            run.grid(),
            of.dims(),
            lies,
            rank -> {
              Array own = part.apply(rank);
              for (Spread term : folded) {
                own = own.plus(term.part(rank));
              }
              return own;
            }));
  }

  /** Kernels that read a gradient anyway add others to it; products and attention do not. */
  private static boolean addsTerms(Compute node) {
    return node.shape() instanceof LocalNode.Shape.Elements;
  }

  private void makeWeight(Compute node, Weight weight, IntFunction<Array> part) {
    makeWeight(node, weight, lies(node, weight.dims()), part);
  }

  private void makeWeight(Compute node, Weight weight, Sharding lies, IntFunction<Array> part) {
    run.weightGradient(place, weight, Spread.of(run.grid(), weight.dims(), lies, part), node);
  }

  private boolean einsum(Compute node, String name, Einsum op) {
    for (Operand of : op.inputs()) {
      Operand other = of == op.left() ? op.right() : op.left();
      String own =
          op.name()
              + (of instanceof Weight ? ".dw" : other instanceof Weight ? ".dx" : ".d" + of.name());
      if (name.equals(own)) {
        passSums(producer(op.result()));
        Spread gradient = gradient(node, op.result(), false);
        IntFunction<Array> part =
            rank ->
                Array.einsum(
                    of.dims(),
                    gradient.part(rank),
                    other instanceof Weight weight
                        ? run.weight(place, weight, node, rank)
                        : saved(node, (Tensor) other).part(rank));
        if (of instanceof Tensor tensor) {
          make(node, tensor, part);
        } else {
          makeWeight(node, (Weight) of, part);
        }
        return true;
      }
    }
    return false;
  }

  private boolean pointWise(Compute node, String name, PointWise op) {
    for (int i = 0; i < op.inputs().size(); i++) {
      Operand operand = op.inputs().get(i);
      boolean bias = operand instanceof Weight && name.equals(operand.name() + ".dw");
      boolean broadcast = op.isSum() && name.equals("sum.d" + operand.name());
      if (bias || broadcast) {
        passSums(producer(op.result()) + 1);
        int of = i;
        Spread gradient = gradient(node, op.result(), false);
        IntFunction<Array> part =
            rank ->
                Mathematics.pointWiseGradient(op, of, inputs(node, op, rank), gradient.part(rank));
        if (operand instanceof Weight weight) {
          makeWeight(node, weight, part);
        } else {
          make(node, (Tensor) operand, part);
        }
        return true;
      }
    }
    if (op.isSum() || !name.equals(op.name() + ".dx")) {
      return false;
    }
    passSums(producer(op.result()));
    boolean linear = op.isLinear() && op.inputs().size() == 1;
    Spread gradient = gradient(node, op.result(), linear);
    for (int i = 0; i < op.inputs().size(); i++) {
      int of = i;
      IntFunction<Array> part =
          rank ->
              Mathematics.pointWiseGradient(op, of, inputs(node, op, rank), gradient.part(rank));
      if (op.inputs().get(i) instanceof Tensor tensor) {
        Set<String> partial = new TreeSet<>(node.assignment().axesBeyond(tensor.dims()));
        partial.addAll(gradient.sharding().partial());
        make(
            node, tensor, node.assignment().restrictedTo(tensor.dims()).withPartial(partial), part);
      } else if (!ownNodes.contains(op.inputs().get(i).name() + ".dw")) {
        makeWeight(node, (Weight) op.inputs().get(i), part);
      }
    }
    return true;
  }

  private List<Array> inputs(Compute node, PointWise op, int rank) {
    if (op.isLinear()) {
      return List.of();
    }
    List<Array> inputs = new ArrayList<>();
    for (Operand operand : op.inputs()) {
      inputs.add(
          operand instanceof Weight weight
              ? run.weight(place, weight, node, rank)
              : saved(node, (Tensor) operand).part(rank));
    }
    return inputs;
  }

  /** Sums of the forward pass, which it leaves for the backward. */
  private List<Array> statistics(Compute node, Norm op, int rank) {
    Array x = run.whole().tensor(place, op.input());
    return Mathematics.statistics(op, x).stream()
        .map(sum -> run.grid().part(sum, node.assignment(), rank))
        .toList();
  }

  private List<Array> gradientStatistics(Compute node, Norm op, int rank) {
    return Mathematics.gradientStatistics(
        op,
        saved(node, op.input()).part(rank),
        run.weight(place, op.weights().get(0), node, rank),
        gradient(node, op.result(), false).part(rank),
        statistics(node, op, rank),
        run.grid().size(op.dim()));
  }

  private void normStatistics(Compute node, Norm op) {
    List<Dim> rest = Mathematics.without(op.input().dims(), op.dim());
    Sharding lies =
        node.assignment().restrictedTo(rest).withPartial(node.assignment().of(op.dim()));
    List<Spread> sums = new ArrayList<>();
    for (int i = 0; i < op.kind().backwardStatistics(); i++) {
      int statistic = i;
      sums.add(
          Spread.of(
              run.grid(), rest, lies, rank -> gradientStatistics(node, op, rank).get(statistic)));
    }
    contents.putStatistics(node.output(), sums);
  }

  private void norm(Compute node, Norm op) {
    List<Spread> sums = contents.findStatistics(node);
    Contents.require(
        sums != null || node.assignment().of(op.dim()).isEmpty(), node, "lacks its sums");
    Spread gradient = gradient(node, op.result(), false);
    Spread x = saved(node, op.input());
    int size = run.grid().size(op.dim());
    for (int i = 0; i < op.weights().size(); i++) {
      int weight = i;
      makeWeight(
          node,
          op.weights().get(i),
          rank ->
              Mathematics.normWeightGradient(
                  op, weight, x.part(rank), gradient.part(rank), statistics(node, op, rank), size));
    }
    make(
        node,
        op.input(),
        rank ->
            Mathematics.normGradient(
                op,
                x.part(rank),
                run.weight(place, op.weights().get(0), node, rank),
                gradient.part(rank),
                statistics(node, op, rank),
                sums == null
                    ? gradientStatistics(node, op, rank)
                    : sums.stream().map(sum -> sum.part(rank)).toList(),
                size));
  }

  private void attend(Compute node, Attend op) {
    Spread gradient = gradient(node, op.result(), false);
    List<Tensor> three = List.of(op.q(), op.k(), op.v());
    for (int i = 0; i < 3; i++) {
      int of = i;
      make(
          node,
          three.get(i),
          rank ->
              Mathematics.attendGradients(
                      op,
                      saved(node, op.q()).part(rank),
                      saved(node, op.k()).part(rank),
                      saved(node, op.v()).part(rank),
                      gradient.part(rank))
                  .get(of));
    }
  }

  private void lookup(Compute node, Lookup op) {
    Spread gradient = gradient(node, op.result(), false);
    Array ids = WholeRun.ids(run.problem(), op);
    makeWeight(
        node,
        op.table(),
        rank ->
            Array.einsum(
                op.table().dims(),
                run.grid().part(ids, node.assignment(), rank),
                gradient.part(rank)));
  }

  private void crossEntropy(Compute node, CrossEntropy op) {
    Spread logits = saved(node, op.input());
    List<Dim> tokens = Mathematics.without(op.input().dims(), op.dim());
    Array sums = run.whole().tensor(place, op.input()).map(Math::exp).sumTo(tokens);
    Array targets = WholeRun.targets(run.problem(), op);
    make(
        node,
        op.input(),
        rank ->
            logits
                .part(rank)
                .map(Math::exp)
                .with(run.grid().part(sums, node.assignment(), rank), (a, b) -> a / b)
                .with(run.grid().part(targets, node.assignment(), rank), (a, b) -> a - b));
  }

  /** What leaves the kernel for a product: the sum that it is a term of, else the product. */
  private Tensor leaving(Fused op, Einsum einsum) {
    for (PointWise sum : op.sums()) {
      if (sum.inputs().contains(einsum.result())) {
        return sum.result();
      }
    }
    return einsum.result();
  }

  private boolean used(Tensor tensor) {
    return terms.containsKey(tensor);
  }

  private void fusedInput(Compute node, Fused op) {
    Tensor left = (Tensor) op.einsums().get(0).left();
    List<Einsum> products = op.einsums().stream().filter(e -> used(leaving(op, e))).toList();
    Set<String> partial = null;
    for (Einsum e : products) {
      Spread gradient = gradient(node, leaving(op, e), true);
      List<Dim> summed = new ArrayList<>(e.result().dims());
      summed.removeAll(left.dims());
      Set<String> own = new TreeSet<>(node.assignment().restrictedTo(summed).splitAxes());
      own.addAll(gradient.sharding().partial());
      Contents.require(
          partial == null || partial.equals(own),
          node,
          "adds products that are partial over " + partial + " and over " + own);
      partial = own;
    }
    make(
        node,
        left,
        node.assignment().restrictedTo(left.dims()).withPartial(partial),
        rank ->
            products.stream()
                .map(
                    e ->
                        Array.einsum(
                            left.dims(),
                            gradient(node, leaving(op, e), true).part(rank),
                            run.weight(place, (Weight) e.right(), node, rank)))
                .reduce(Array::plus)
                .orElseThrow());
  }

  private void fusedWeights(Compute node, Fused op) {
    Tensor left = (Tensor) op.einsums().get(0).left();
    for (Einsum e : op.einsums()) {
      if (!used(leaving(op, e))) {
        continue;
      }
      Weight weight = (Weight) e.right();
      Spread gradient = gradient(node, leaving(op, e), true);
      makeWeight(
          node,
          weight,
          fusedLies(node, weight, e.result(), left, gradient),
          rank -> Array.einsum(weight.dims(), saved(node, left).part(rank), gradient.part(rank)));
      for (PointWise sum : op.sums()) {
        if (sum.result().equals(leaving(op, e))) {
          for (Operand operand : sum.inputs()) {
            if (operand instanceof Weight bias) {
              makeWeight(
                  node,
                  bias,
                  fusedLies(node, bias, e.result(), sum.result(), gradient),
                  rank -> gradient.part(rank).sumTo(bias.dims()));
            }
          }
        }
      }
    }
  }

  /** Partial over what splits the dimensions that are summed, and where the gradient is. */
  private static Sharding fusedLies(
      Compute node, Weight weight, Tensor one, Tensor other, Spread gradient) {
    Set<String> partial = new TreeSet<>(gradient.sharding().partial());
    for (Tensor tensor : List.of(one, other)) {
      partial.addAll(node.assignment().restrictedTo(tensor.dims()).axesBeyond(weight.dims()));
    }
    return node.assignment().restrictedTo(weight.dims()).withPartial(partial);
  }
}
