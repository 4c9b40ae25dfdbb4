package io.heddle.processor.oracle;

import io.heddle.processor.model.Dim;
import io.heddle.processor.model.InferenceOperation.Append;
import io.heddle.processor.model.InferenceOperation.Sample;
import io.heddle.processor.model.Operand;
import io.heddle.processor.model.Operation;
import io.heddle.processor.model.Operation.Alias;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Combine;
import io.heddle.processor.model.Operation.Concat;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Declared;
import io.heddle.processor.model.Operation.Dispatch;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.Lookup;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.Reduce;
import io.heddle.processor.model.Operation.Select;
import io.heddle.processor.model.Operation.Slice;
import io.heddle.processor.model.Operation.SquaredError;
import io.heddle.processor.model.Tensor;
import io.heddle.processor.model.Weight;
import io.heddle.processor.oracle.Problem.Place;
import io.heddle.processor.program.LocalNode;
import io.heddle.processor.program.LocalNode.Communicate;
import io.heddle.processor.program.LocalNode.Compute;
import io.heddle.processor.program.LocalNode.Ring;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Sharding;
import io.heddle.processor.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The forward program of a block on all ranks. */
final class ForwardRun {
  private final RankRun run;
  private final Place place;
  private final Section program;
  private final Names names;
  private final Contents contents;
  private final ForwardExperts experts;
  private final DeclaredRun declared;
  private final Map<String, Operation> operations = new HashMap<>();

  /** Which terms a sum of partial terms stands for. */
  private final Map<Value, Set<Tensor>> covered = new HashMap<>();

  /** What was kept of the pass that this one repeats. */
  private final @Nullable ForwardRun before;

  /**
   * The first pass of a micro-batch.
   *
   * @param sides what the block takes of other streams
   */
  ForwardRun(
      RankRun run, Place place, Section program, @Nullable Spread argument, List<Spread> sides) {
    this.run = run;
    this.place = place;
    this.program = program;
    this.names = new Names(program.block());
    this.contents = new Contents(run.grid(), names);
    this.before = null;
    if (argument != null) {
      contents.put(Section.ARGUMENT, program.block().argument().name(), argument);
    }
    for (int i = 0; i < sides.size(); i++) {
      contents.put(Section.side(i), program.block().sides().get(i).name(), sides.get(i));
    }
    for (Tensor input : program.block().inputs()) {
      Array whole = run.problem().input(input);
      contents.put(Value.BEFORE, input.name(), Spread.of(run.grid(), whole, Sharding.WHOLE));
    }
    this.experts = new ForwardExperts(run, this, contents);
    this.declared = new DeclaredRun(run.grid(), program.block());
    program.block().operations().forEach(op -> operations.put(op.name(), op));
  }

  /** A pass over single nodes, once more, in the middle of the backward pass. */
  ForwardRun(ForwardRun before, Contents contents) {
    this.run = before.run;
    this.place = before.place;
    this.program = before.program;
    this.names = before.names;
    this.contents = contents;
    this.before = before;
    this.experts = new ForwardExperts(run, this, contents);
    this.declared = new DeclaredRun(run.grid(), program.block());
    this.operations.putAll(before.operations);
  }

  /** Runs one node. */
  void run(LocalNode node) {
    if (node instanceof Compute compute) {
      compute(compute);
    } else if (node instanceof Ring ring) {
      ring(ring);
    } else {
      communicate((Communicate) node);
    }
  }

  ForwardExperts experts() {
    return experts;
  }

  /** The axes that split the dimensions of an operation. */
  Sharding assignment(Operation op) {
    for (LocalNode node : program.forward()) {
      if (node instanceof Compute compute && node.operation().equals(op.name())) {
        return compute.assignment();
      }
    }
    throw new AssertionError("nothing does " + op.name());
  }

  Place place() {
    return place;
  }

  boolean isPinned(Tensor tensor) {
    return run.isPinned(tensor);
  }

  Section program() {
    return program;
  }

  /** A tensor where it is stored for the backward pass. */
  Spread saved(Tensor tensor) {
    List<Spread> forms = contents.forms(tensor.name());
    if (program.block().inputs().contains(tensor)) {
      return forms.get(0);
    }
    Alias alias = names.of(tensor.name());
    Spread made = alias == null ? forms.get(0) : saved(alias.input()).renamed(alias.renamed());
    Sharding stored = run.stored(program, tensor, made.sharding());
    for (Spread form : forms) {
      if (Contents.isSlice(form.sharding(), stored)) {
        return form.to(stored, List.of());
      }
    }
    throw new AssertionError(tensor.name() + " is not stored as " + stored);
  }

  /**
   * As {@link #saved(Tensor)}; as it was brought to an operation, if the plan keeps it so, or if it
   * needs no more memory there.
   */
  Spread saved(Tensor tensor, Sharding wanted) {
    Spread stored = saved(tensor);
    if (Contents.isSlice(stored.sharding(), wanted)) {
      return stored;
    }
    boolean kept =
        run.problem().program().plan().activations().keep().stream()
            .anyMatch(other -> other.tensor().equals(tensor));
    Set<String> axes = stored.sharding().splitAxes();
    List<Spread> sources =
        contents.forms(tensor.name()).stream()
            .filter(form -> Contents.isSlice(form.sharding(), wanted))
            .toList();
    return sources.stream()
        .filter(form -> kept || form.sharding().splitAxes().containsAll(axes))
        .findFirst()
        .or(
            () ->
                // The slice that was read of what was gathered, as small as what is stored.
                wanted.splitAxes().containsAll(axes)
                    ? sources.stream().findFirst().map(form -> form.to(wanted, List.of()))
                    : Optional.empty())
        .orElse(stored);
  }

  /** What came back from the experts, at the tokens, as combine read it. */
  Spread rowsAtTokens(Combine op) {
    return contents.forms(Travel.atTokens(op.rows().name())).get(0);
  }

  @Nullable Spread run() {
    program.forward().forEach(this::run);
    Tensor result = program.block().result();
    if (result == null) {
      return null;
    }
    Spread made =
        contents.get(program.pass(Pass.Kind.FORWARD, false).orElseThrow().result(), result.name());
    Sharding stream = run.problem().program().stream().restrictedTo(result.dims());
    Spread out = made.to(stream, List.of());
    run.compare(out, run.whole().tensor(place, result), place + " result");
    return out;
  }

  private void communicate(Communicate node) {
    Declared own = declared.owner(node);
    if (own != null) {
      pass(node, own);
      return;
    }
    if (Travel.isTravel(node)) {
      experts.communicate(node);
      return;
    }
    contents.communicate(node, node.inputs().isEmpty() ? kept(node) : null);
    Set<Tensor> terms = node.inputs().isEmpty() ? null : covered.get(node.inputs().get(0));
    if (terms != null) {
      covered.put(node.output(), terms);
    }
  }

  /** A tensor that was kept of the pass that this one repeats. */
  @Nullable Spread kept(String name) {
    return before == null ? null : program.block().tensor(name).map(before::saved).orElse(null);
  }

  /**
   * As {@link #kept(String)}; a term of one sum alone is kept as it was made: the sum reduces it.
   */
  private @Nullable Spread kept(Communicate node) {
    Tensor tensor = program.block().tensor(node.tensor()).orElse(null);
    if (before == null || tensor == null || node.from().partial().isEmpty()) {
      return kept(node.tensor());
    }
    List<Operation> readers =
        program.block().operations().stream().filter(op -> op.inputs().contains(tensor)).toList();
    boolean isTerm = readers.size() == 1 && readers.get(0) instanceof PointWise;
    return isTerm ? before.contents.forms(tensor.name()).get(0) : before.saved(tensor);
  }

  /** What a declared operation passes between ranks. */
  private void pass(Communicate node, Declared op) {
    if (node.tensor().endsWith(".carry")) {
      declared.gather(node, op, kernel(op), false);
      return;
    }
    Tensor tensor = declared.haloOf(node);
    Spread found = contents.find(node, tensor.name(), node.from());
    Spread from = found != null ? found : kept(tensor.name());
    Contents.require(from != null, node, "does not wait for " + tensor.name());
    declared.passOn(node, op, Contents.sliced(from, node.from(), node));
  }

  private Compute kernel(Operation op) {
    return program.forward().stream()
        .filter(node -> node.operation().equals(op.name()))
        .map(Compute.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private void declared(Compute node, Declared op) {
    make(
        node,
        op.result(),
        made(node, op.result().dims(), op.added()),
        rank ->
            new OwnMathematics(op, run.grid())
                .result(
                    declared.reached(node, op, rank, (each, on) -> read(node, each, on)),
                    declared.fresh(op, node.assignment(), rank)));
  }

  private void compute(Compute node) {
    String name = node.operation();
    Operation op = operations.get(name);
    if (op == null
        && name.endsWith(".carry")
        && operations.get(name.substring(0, name.lastIndexOf('.'))) instanceof Declared own) {
      declared.states(node, own, (each, on) -> read(node, each, on));
      return;
    }
    if (op instanceof Declared own) {
      declared(node, own);
      return;
    }
    if (op == null && name.startsWith("add.") && name.contains(".partial")) {
      addPartial(node, (PointWise) operations.get(name.substring(4, name.indexOf(".partial"))));
    } else if (selects(node, name)) {
      return;
    } else if (op == null && name.matches(".*\\.(scores|softmax)")) {
      scores(node, (Attend) operations.get(name.substring(0, name.lastIndexOf('.'))));
    } else if (op == null && name.endsWith(".prompts")) {
      prompts(node, (Attend) operations.get(name.substring(0, name.lastIndexOf('.'))));
    } else if (op == null && name.endsWith(".statistics")) {
      statistics(node, operations.get(name.substring(0, name.lastIndexOf('.'))));
    } else if (op instanceof Einsum e) {
      einsum(node, e);
    } else if (op instanceof PointWise p) {
      pointWise(node, p);
    } else if (op instanceof Norm n) {
      norm(node, n);
    } else if (op instanceof Attend a) {
      attend(node, a);
    } else if (op instanceof Lookup l) {
      lookup(node, l);
    } else if (op instanceof CrossEntropy c) {
      crossEntropy(node, c);
    } else if (op instanceof SquaredError e) {
      squaredError(node, e);
    } else if (op instanceof Concat c) {
      concat(node, c);
    } else if (op instanceof Slice s) {
      make(
          node,
          s.result(),
          node.assignment().restrictedTo(s.result().dims()),
          rank -> Mathematics.slice(s, read(node, s.input(), rank), run.grid()));
    } else if (op instanceof Reduce r) {
      reduce(node, r);
    } else if (op instanceof Append a) {
      append(node, a);
    } else if (op instanceof Sample s) {
      sample(node, s);
    } else if (op instanceof Dispatch d) {
      experts.dispatch(node, d);
    } else if (op instanceof Combine c) {
      experts.combine(node, c);
    } else {
      fused(node, (Fused) op);
    }
  }

  /** The rank's part of what the node reads. */
  Array read(Compute node, Operand operand, int rank) {
    return read(node, operand, node.assignment(), rank);
  }

  private Array read(Compute node, Operand operand, Sharding assignment, int rank) {
    if (operand instanceof Weight weight) {
      return run.weight(place, weight, node, rank);
    }
    Sharding wanted = assignment.restrictedTo(operand.dims());
    Spread found = contents.find(node, operand.name(), wanted);
    if (found == null) {
      found = kept(operand.name());
    }
    Contents.require(found != null, node, "does not wait for " + operand.name());
    return Contents.sliced(found, wanted, node).part(rank);
  }

  void make(Compute node, Tensor tensor, Sharding made, IntFunction<Array> part) {
    Spread spread = Spread.of(run.grid(), tensor.dims(), made, part);
    run.compare(spread, run.whole().tensor(place, tensor), place + " " + tensor.name());
    contents.put(node.output(), tensor.name(), spread);
  }

  private static Sharding made(Compute node, List<Dim> dims, List<Dim> contracted) {
    return node.assignment()
        .restrictedTo(dims)
        .withPartial(node.assignment().restrictedTo(contracted).splitAxes());
  }

  private void einsum(Compute node, Einsum op) {
    make(
        node,
        op.result(),
        made(node, op.result().dims(), op.contracted()),
        rank ->
            Array.einsum(
                op.result().dims(), read(node, op.left(), rank), read(node, op.right(), rank)));
  }

  private void lookup(Compute node, Lookup op) {
    Array ids = WholeRun.ids(run.problem(), op);
    make(
        node,
        op.result(),
        made(node, op.result().dims(), List.of(op.rows())),
        rank ->
            Array.einsum(
                op.result().dims(),
                run.grid().part(ids, node.assignment(), rank),
                read(node, op.table(), rank)));
  }

  /** Terms that are partial over the same axes, added. */
  private void addPartial(Compute node, PointWise op) {
    List<Spread> terms = new ArrayList<>();
    Set<Tensor> tensors = new LinkedHashSet<>();
    for (PointWise.Input input : op.terms()) {
      Operand operand = input.operand();
      Spread term = operand instanceof Tensor ? contents.find(node, operand.name()) : null;
      if (term != null) {
        terms.add(input.isTerm() ? term : term.map(Mathematics::scaled));
        tensors.add((Tensor) operand);
      }
    }
    Sharding alike = terms.get(0).sharding();
    terms.forEach(
        term -> Contents.require(term.sharding().equals(alike), node, "adds what lies otherwise"));
    Contents.require(terms.size() == node.inputs().size(), node, "waits for more than it adds");
    Spread sum =
        Spread.of(
            run.grid(),
            op.result().dims(),
            alike,
            rank -> terms.stream().map(t -> t.part(rank)).reduce(Array::plus).orElseThrow());
    contents.put(node.output(), op.result().name() + ".partial", sum);
    covered.put(node.output(), tensors);
  }

  private void pointWise(Compute node, PointWise op) {
    Set<Operand> inSums = new HashSet<>();
    List<Spread> sums = new ArrayList<>();
    for (Value input : node.inputs()) {
      if (covered.containsKey(input)) {
        inSums.addAll(covered.get(input));
        sums.add(
            Contents.sliced(
                contents.get(input, op.result().name() + ".partial"),
                node.assignment().restrictedTo(op.result().dims()),
                node));
      }
    }
    List<PointWise.Input> rest =
        op.terms().stream().filter(term -> !inSums.contains(term.operand())).toList();
    PointWise reduced = new PointWise(op.result(), rest, op.functions(), op.span());
    List<Dim> dims = op.result().dims();
    make(
        node,
        op.result(),
        node.assignment().restrictedTo(dims),
        rank -> {
          List<Array> inputs = new ArrayList<>();
          reduced.inputs().forEach(operand -> inputs.add(read(node, operand, rank)));
          List<Array> parts = new ArrayList<>();
          sums.forEach(sum -> parts.add(sum.part(rank)));
          if (!inputs.isEmpty()) {
            List<Dim> own = new ArrayList<>();
            inputs.forEach(
                in -> in.dims().stream().filter(d -> !own.contains(d)).forEach(own::add));
            parts.add(Mathematics.pointWise(reduced, inputs, own));
          }
          return parts.stream().reduce(Array::plus).orElseThrow().sumTo(dims);
        });
  }

  private void statistics(Compute node, Operation op) {
    List<Dim> rest;
    List<Spread> sums = new ArrayList<>();
    Tensor input;
    Dim dim;
    if (op instanceof Norm n) {
      input = n.input();
      dim = n.dim();
    } else {
      input = ((CrossEntropy) op).input();
      dim = ((CrossEntropy) op).dim();
    }
    rest = Mathematics.without(input.dims(), dim);
    Sharding lies = node.assignment().restrictedTo(rest).withPartial(node.assignment().of(dim));
    for (int i = 0; i < (op instanceof Norm n ? n.kind().forwardStatistics() : 3); i++) {
      int statistic = i;
      sums.add(
          Spread.of(
              run.grid(),
              rest,
              lies,
              rank -> {
                Array x = read(node, input, rank);
                if (op instanceof Norm n) {
                  return Normalisation.statistics(n, x).get(statistic);
                }
                return lossStatistic(statistic, node, (CrossEntropy) op, x, rest, rank);
              }));
    }
    contents.putStatistics(node.output(), sums);
  }

  /** Nothing for the maximum, which only keeps the numbers small; sum of powers; target. */
  private Array lossStatistic(
      int statistic, Compute node, CrossEntropy op, Array x, List<Dim> rest, int rank) {
    return switch (statistic) {
      case 0 -> x.map(value -> 0).sumTo(rest);
      case 1 -> x.map(Math::exp).sumTo(rest);
      default -> {
        Array targets =
            run.grid().part(WholeRun.targets(run.problem(), op), node.assignment(), rank);
        yield Array.einsum(rest, x, targets);
      }
    };
  }

  private void norm(Compute node, Norm op) {
    List<Spread> sums = contents.findStatistics(node);
    Contents.require(
        sums != null || node.assignment().of(op.dim()).isEmpty(), node, "lacks its sums");
    make(
        node,
        op.result(),
        node.assignment().restrictedTo(op.result().dims()),
        rank -> {
          Array x = read(node, op.input(), rank);
          List<Array> weights = new ArrayList<>();
          op.weights().forEach(weight -> weights.add(read(node, weight, rank)));
          List<Array> statistics =
              sums == null
                  ? Normalisation.statistics(op, x)
                  : sums.stream().map(sum -> sum.part(rank)).toList();
          return new Normalisation(op, x, weights, statistics, run.grid().size(op.dim())).result();
        });
  }

  /** Each rank reads all keys, whatever part of the queries it has. */
  private void attend(Compute node, Attend op) {
    Sharding keys = run.keys(op, node.assignment());
    make(
        node,
        op.result(),
        node.assignment().restrictedTo(op.result().dims()),
        rank ->
            new Attention(
                    op,
                    read(node, op.q(), rank),
                    read(node, op.k(), keys, rank),
                    read(node, op.v(), keys, rank),
                    sinks(node, op, rank),
                    first(node, op, rank))
                .in(run.problem().row(op.visible().ragged()))
                .to(selected(node, op, rank))
                .result());
  }

  private @Nullable Array selected(Compute node, Attend op, int rank) {
    return op.selected() == null ? null : read(node, op.selected().indices(), rank);
  }

  /** Whether the node is one of those that select keys: what they make, the last ones make. */
  private boolean selects(Compute node, String name) {
    String first = name.replaceAll("(\\.scores)?(\\.prompts)?$", "");
    if (!(operations.get(first) instanceof Select op)) {
      return false;
    }
    String chosen = op.name() + ".chosen";
    if (name.contains(".scores")) {
      Spread made =
          Spread.of(
              run.grid(),
              op.result().dims(),
              node.assignment().restrictedTo(op.result().dims()),
              rank -> selection(node, op, rank).indices());
      contents.put(node.output(), chosen, made);
    } else {
      Spread made = contents.find(node, chosen);
      Contents.require(made != null, node, "does not wait for the scores");
      if (name.equals(op.name())) {
        make(node, op.result(), made.sharding(), made::part);
      }
    }
    return true;
  }

  private Selection selection(Compute node, Select op, int rank) {
    Sharding keys = RankRun.without(op.keys(), node.assignment());
    int query = run.grid().begin(node.assignment(), op.over(), rank);
    return new Selection(
            op,
            read(node, op.q(), rank),
            read(node, op.k(), keys, rank),
            op.weights() == null ? null : read(node, op.weights(), rank),
            Selection.place(op, run.grid(), query),
            run.grid().size(op.count()))
        .in(run.problem().row(op.visible().ragged()));
  }

  /** The kernel for prompts: what it makes is with what the other kernel makes. */
  private void prompts(Compute node, Attend op) {
    Sharding keys = run.keys(op, node.assignment());
    for (int rank = 0; rank < run.grid().ranks(); rank++) {
      read(node, op.q(), rank);
      read(node, op.k(), keys, rank);
      read(node, op.v(), keys, rank);
    }
  }

  /** Each rank's queries meet the keys and values of all ranks of its ring. */
  private void ring(Ring ring) {
    Compute node = ring.kernel();
    Attend op = (Attend) operations.get(node.operation());
    Spread allKeys = round(ring, op, op.k());
    Spread allValues = round(ring, op, op.v());
    Spread k = reached(ring, op, allKeys, allKeys, allValues);
    Spread v = reached(ring, op, allValues, allKeys, allValues);
    make(
        node,
        op.result(),
        node.assignment().restrictedTo(op.result().dims()),
        rank ->
            new Attention(
                    op,
                    read(node, op.q(), rank),
                    k.part(rank),
                    v.part(rank),
                    sinks(node, op, rank),
                    first(node, op, rank))
                .result());
  }

  private Spread reached(Ring ring, Attend op, Spread whole, Spread k, Spread v) {
    return NearRun.reached(ring, op, run.grid(), run.problem().sizes(), whole, k, v);
  }

  private int first(Compute node, Attend op, int rank) {
    return Attention.place(op, run.grid(), run.grid().begin(node.assignment(), op.over(), rank));
  }

  /** Each rank writes the new tokens behind its part of the cache. */
  private void append(Compute node, Append op) {
    for (int i = 0; i < op.tokens().size(); i++) {
      Tensor token = op.tokens().get(i);
      Tensor cache = op.caches().get(i);
      make(
          node,
          cache,
          node.assignment().restrictedTo(cache.dims()),
          rank -> appended(node, op, token, cache, rank));
    }
    Append.Joined joined = op.joined();
    if (joined != null) {
      make(
          node,
          joined.whole(),
          node.assignment().restrictedTo(joined.whole().dims()),
          rank ->
              Mathematics.joined(
                  joined,
                  joined.parts().stream()
                      .map(cache -> appended(node, op, token(op, cache), cache, rank))
                      .toList()));
    }
  }

  private static Tensor token(Append op, Tensor cache) {
    return op.tokens().get(op.caches().indexOf(cache));
  }

  private Array appended(Compute node, Append op, Tensor token, Tensor cache, int rank) {
    Array before = run.problem().cached(place, cache, op);
    Sharding lies = node.assignment().restrictedTo(cache.dims());
    return Mathematics.appended(
        op,
        run.problem().row(op.ragged()),
        run.grid().part(before, lies, rank),
        read(node, token, rank));
  }

  /** Each rank draws by all logits of its sequences. */
  private void sample(Compute node, Sample op) {
    Tensor logits = op.logits();
    Sharding lies = node.assignment().restrictedTo(logits.dims());
    Contents.require(lies.of(op.dim()).isEmpty(), node, "reads a part of the logits");
    Spread read = Spread.of(run.grid(), logits.dims(), lies, rank -> read(node, logits, rank));
    run.compare(read, run.whole().tensor(place, logits), "the logits");
  }

  private @Nullable Array sinks(Compute node, Attend op, int rank) {
    Weight sinks = op.scores().sinks();
    return sinks == null ? null : read(node, sinks, rank);
  }

  private Spread round(Ring ring, Attend op, Tensor tensor) {
    Compute node = ring.kernel();
    Sharding own = node.assignment().restrictedTo(tensor.dims());
    Spread found = contents.find(node, tensor.name(), own);
    if (found == null) {
      found = kept(tensor.name());
    }
    Contents.require(found != null, node, "does not wait for " + tensor.name());
    Sharding all = run.keys(op, node.assignment()).restrictedTo(tensor.dims());
    return Contents.sliced(found, own, node).to(all, ring.axes());
  }

  /** What stands for the scores: the queries and keys that they are made of. */
  private void scores(Compute node, Attend op) {
    Sharding keys = run.keys(op, node.assignment());
    for (Tensor tensor : List.of(op.q(), op.k())) {
      Sharding lies = tensor.equals(op.q()) ? node.assignment() : keys;
      Spread part =
          Spread.of(
              run.grid(),
              tensor.dims(),
              lies.restrictedTo(tensor.dims()),
              rank -> read(node, tensor, lies, rank));
      contents.put(node.output(), tensor.name(), part);
    }
  }

  private void reduce(Compute node, Reduce op) {
    Array whole = run.whole().tensor(place, op.result());
    Spread found = contents.find(node, op.input().name());
    Contents.require(found != null, node, "does not wait for " + op.input().name());
    // The kernel of `first` is the same on all ranks that share the dimension.
    Map<Dim, List<String>> split = new HashMap<>(node.assignment().split());
    split.putIfAbsent(op.over(), found.sharding().of(op.over()));
    Sharding lies = new Sharding(split, Set.of());
    Spread input = Contents.sliced(found, lies.restrictedTo(op.input().dims()), node);
    make(
        node,
        op.result(),
        lies.restrictedTo(op.result().dims())
            .withPartial(lies.restrictedTo(List.of(op.over())).splitAxes()),
        rank ->
            Reduced.part(
                op,
                input.part(rank),
                run.grid().part(whole, lies, rank),
                run.grid().begin(lies, op.over(), rank),
                run.grid().size(op.over())));
  }

  private void concat(Compute node, Concat op) {
    make(
        node,
        op.result(),
        node.assignment().restrictedTo(op.result().dims()),
        rank -> {
          List<Array> parts = new ArrayList<>();
          op.parts().forEach(part -> parts.add(read(node, part, rank)));
          return Mathematics.concat(op, parts, op.result().dims());
        });
  }

  /** Ranks that split what is compared have sums of their parts. */
  private void squaredError(Compute node, SquaredError op) {
    List<Dim> dims = op.input().dims();
    Dim last = dims.get(dims.size() - 1);
    List<Dim> rows = Mathematics.without(dims, last);
    Array targets = WholeRun.targets(run.problem(), op);
    Array whole = run.whole().tensor(place, op.input());
    Spread error =
        Spread.of(
            run.grid(),
            rows,
            node.assignment().restrictedTo(rows).withPartial(node.assignment().of(last)),
            rank ->
                read(node, op.input(), rank)
                    .with(run.grid().part(targets, node.assignment(), rank), ForwardRun::squared)
                    .sumTo(rows));
    run.compare(error, whole.with(targets, ForwardRun::squared).sumTo(rows), "the loss");
  }

  private static double squared(double one, double other) {
    return (one - other) * (one - other);
  }

  private void crossEntropy(Compute node, CrossEntropy op) {
    List<Spread> sums = contents.findStatistics(node);
    Contents.require(sums != null, node, "lacks its sums");
    Array logits = run.whole().tensor(place, op.input());
    List<Dim> tokens = Mathematics.without(op.input().dims(), op.dim());
    Array target = Array.einsum(tokens, logits, WholeRun.targets(run.problem(), op));
    Array expected =
        logits.map(Math::exp).sumTo(tokens).map(Math::log).with(target, (a, b) -> a - b);
    Spread loss =
        Spread.of(
            run.grid(),
            tokens,
            node.assignment().restrictedTo(tokens),
            rank ->
                sums.get(1)
                    .part(rank)
                    .map(Math::log)
                    .with(sums.get(2).part(rank), (a, b) -> a - b));
    run.compare(loss, expected, "the loss");
  }

  private void fused(Compute node, Fused op) {
    List<Dim> contracted = op.einsums().get(0).contracted();
    List<Map<Operand, Array>> local = new ArrayList<>();
    for (int rank = 0; rank < run.grid().ranks(); rank++) {
      Map<Operand, Array> env = new HashMap<>();
      for (Operand input : op.inputs()) {
        env.put(input, read(node, input, rank));
      }
      for (Operation part : op.parts()) {
        if (part instanceof Einsum e) {
          env.put(
              e.result(), Array.einsum(e.result().dims(), env.get(e.left()), env.get(e.right())));
        } else if (part instanceof PointWise p) {
          List<Array> inputs = p.inputs().stream().map(env::get).toList();
          env.put(p.result(), Mathematics.pointWise(p, inputs, p.result().dims()));
        }
      }
      local.add(env);
    }
    for (Tensor result : op.results()) {
      make(
          node, result, made(node, result.dims(), contracted), rank -> local.get(rank).get(result));
    }
  }
}
