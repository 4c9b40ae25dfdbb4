package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Operation.CrossEntropy;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Fused;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.model.Operation.SquaredError;
import io.heddle.processor.syntax.ModelMember;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.Statement;
import io.heddle.processor.syntax.TensorSyntax;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns the statements of a block into operations on tensors of known dimensions. */
final class BlockResolver {
  private static final String SQUARED_ERROR = "squared_error";

  /** What a block behind {@code end} may return. */
  static final Set<String> LOSSES = Set.of("cross_entropy", SQUARED_ERROR);

  private final ModelMember.Block block;
  private final ModelNames names;
  private final Diagnostics diagnostics;
  private final Names<Operand> scope;
  private final List<Tensor> sides = new ArrayList<>();
  private final List<Tensor> inputs = new ArrayList<>();
  private final List<Weight> weights = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final Set<Operand> spoiled = new HashSet<>();
  private final Map<String, List<String>> statements = new LinkedHashMap<>();

  BlockResolver(ModelMember.Block block, ModelNames names) {
    this.block = block;
    this.names = names;
    this.diagnostics = names.diagnostics();
    this.scope = new Names<>("tensor or weight", BlockResolver::place, diagnostics);
  }

  private static Span place(Operand operand) {
    return operand instanceof Tensor tensor ? tensor.span() : ((Weight) operand).span();
  }

  /** Lets the block use a table of the embedding, unless it has something of that name itself. */
  BlockResolver withTable(Weight table) {
    Name name = new Name(table.name(), table.span());
    boolean isHidden =
        block.arguments().stream().anyMatch(taken -> taken.name().text().equals(name.text()));
    for (Statement statement : block.statements()) {
      isHidden |= declares(statement, name.text());
    }
    if (!isHidden) {
      scope.declare(name, table);
    }
    return this;
  }

  private static boolean declares(Statement statement, String name) {
    if (statement instanceof Statement.Weights weights) {
      return weights.weights().stream().anyMatch(weight -> weight.name().text().equals(name));
    }
    if (statement instanceof Statement.Fused fused) {
      return fused.assignments().stream().anyMatch(line -> declares(line, name));
    }
    return statement instanceof Statement.Assignment line && line.target().text().equals(name);
  }

  /** Where a block stands in a stream. */
  enum Place {
    /** It makes the stream of what the model is given. */
    FIRST,
    /** It makes a further stream, of what the model is given or of streams above. */
    BEGIN,
    LAYER,
    /** It makes a loss of the stream. */
    END
  }

  /**
   * The block; empty if it cannot be made sense of.
   *
   * @param stream what a block that begins or ends a stream gives or gets; null for other blocks
   */
  Optional<Block> resolve(Place place, @Nullable List<Dim> stream) {
    boolean begins = place == Place.FIRST || place == Place.BEGIN;
    boolean given = block.statements().stream().anyMatch(Statement.Input.class::isInstance);
    boolean takes = !block.arguments().isEmpty();
    boolean fits = begins ? given != takes && (given || place == Place.BEGIN) : takes && !given;
    if (!fits) {
      diagnostics
          .report(Code.BEGIN_SHAPE, block.name().span(), block.name())
          .help("the block behind `begin` has no argument, but an `input`; no other block has one")
          .add();
      return Optional.empty();
    }
    Tensor argument = null;
    for (TensorSyntax taken : block.arguments()) {
      Name name = taken.name();
      Optional<List<Dim>> argumentDims = dims(taken.dims());
      if (argumentDims.isEmpty()) {
        return Optional.empty();
      }
      Tensor tensor = new Tensor(name.text(), argumentDims.get(), name.span());
      scope.declare(name, tensor);
      if (argument == null && !begins) {
        argument = tensor;
      } else {
        sides.add(tensor);
      }
    }
    boolean ends = place == Place.END;
    Tensor result = null;
    boolean returned = false;
    for (Statement statement : block.statements()) {
      if (returned) {
        diagnostics.report(Code.AFTER_RETURN, statement.span()).add();
        break;
      }
      if (statement instanceof Statement.Weights declaration) {
        declaration.weights().forEach(this::weight);
      } else if (statement instanceof Statement.Input input) {
        input(input.tensor());
      } else if (statement instanceof Statement.Assignment assignment) {
        int before = operations.size();
        assign(assignment, operations);
        statement(assignment.target().text(), before);
      } else if (statement instanceof Statement.Fused fused) {
        int before = operations.size();
        fused(fused);
        statement(fused.name().text(), before);
      } else if (statement instanceof Statement.Return value) {
        int before = operations.size();
        if (ends) {
          returned = loss(value);
        } else {
          result = returned(value, argument, argument == null ? stream : argument.dims());
          returned = result != null;
        }
        statement("out", before);
      }
    }
    if (!returned) {
      if (block.statements().stream().noneMatch(Statement.Return.class::isInstance)) {
        diagnostics
            .report(Code.NO_RETURN, block.name().span(), block.name())
            .help("end it with `return …`")
            .add();
      }
      return Optional.empty();
    }
    List<Operation> flattened = SumFlattening.flatten(operations, result);
    Block made =
        new Block(
            block.name().text(),
            block.documentation(),
            argument,
            sides,
            inputs,
            allWeights(weights, flattened),
            flattened,
            result,
            statements,
            block.name().span());
    Detached.taken(made)
        .ifPresent(
            tensor ->
                diagnostics
                    .report(Code.DETACHED_STREAM, tensor.span(), tensor.name(), block.name())
                    .help("read it without `detach` too, as in `return x + y`")
                    .add());
    return Optional.of(made);
  }

  /** Notes that the operations from {@code begin} on are a statement. */
  private void statement(String name, int begin) {
    List<Operation> own = operations.subList(begin, operations.size());
    statements.put(name, own.stream().map(Operation::name).toList());
  }

  /** The declared weights and those that norms own, in order of first use. */
  static List<Weight> allWeights(List<Weight> declared, List<Operation> operations) {
    List<Weight> all = new ArrayList<>(declared);
    for (Operation operation : operations) {
      for (Operand input : operation.inputs()) {
        if (input instanceof Weight weight && !all.contains(weight)) {
          all.add(weight);
        }
      }
    }
    return all;
  }

  private void weight(TensorSyntax syntax) {
    Optional<List<Dim>> resolved = dims(syntax.dims());
    if (resolved.isEmpty()) {
      spoil(syntax.name());
      return;
    }
    String owner = block.name().text();
    Name name = syntax.name();
    Weight weight = new Weight(owner, name.text(), resolved.get(), name.span());
    scope.declare(name, weight);
    weights.add(weight);
  }

  private void assign(Statement.Assignment statement, List<Operation> to) {
    List<Dim> declared = null;
    if (statement.dims() != null) {
      Optional<List<Dim>> resolved = dims(statement.dims());
      if (resolved.isEmpty()) {
        spoil(statement.target());
        return;
      }
      declared = resolved.get();
    }
    Optional<Operand> value =
        terms(to)
            .assign(statement.value(), declared, statement.target().text(), statement.target());
    if (value.isPresent()) {
      boolean copies = declared != null && statement.value() instanceof Term.Reference;
      scope.declare(
          statement.target(), copies ? copy(statement, declared, value.get(), to) : value.get());
    } else {
      spoil(statement.target());
    }
  }

  /** Another name for a tensor, which a pin can bring to a place of its own. */
  private static Tensor copy(
      Statement.Assignment statement, List<Dim> declared, Operand value, List<Operation> to) {
    Tensor tensor = new Tensor(statement.target().text(), declared, statement.target().span());
    to.add(new Operation.Alias(tensor, (Tensor) value, Map.of(), statement.span()));
    return tensor;
  }

  /** Declares a name that has no value, so that its uses are not reported too. */
  private void spoil(Name name) {
    if (!scope.contains(name.text())) {
      Tensor tensor = new Tensor(name.text(), List.of(), name.span());
      scope.declare(name, tensor);
      spoiled.add(tensor);
    }
  }

  private void fused(Statement.Fused statement) {
    List<Operation> parts = new ArrayList<>();
    statement.assignments().forEach(assignment -> assign(assignment, parts));
    if (parts.isEmpty()) {
      return;
    }
    Fused fused = new Fused(statement.name().text(), parts, statement.span());
    boolean onlyProductsAndSums =
        parts.stream()
            .allMatch(p -> p instanceof Einsum || (p instanceof PointWise sum && sum.isSum()));
    List<Einsum> einsums = fused.einsums();
    boolean alike =
        einsums.stream()
            .allMatch(
                einsum ->
                    einsum.left().equals(einsums.get(0).left())
                        && einsum.contracted().equals(einsums.get(0).contracted())
                        && einsum.right() instanceof Weight);
    if (!onlyProductsAndSums || einsums.isEmpty() || !alike) {
      diagnostics
          .report(Code.FUSED_SHAPE, statement.name().span(), statement.name())
          .help("keep in it only `left * weight`, all with the same left tensor, plus biases")
          .add();
      return;
    }
    operations.add(fused);
  }

  private void input(TensorSyntax syntax) {
    Optional<List<Dim>> resolved = dims(syntax.dims());
    if (resolved.isEmpty()) {
      spoil(syntax.name());
      return;
    }
    Tensor tensor = new Tensor(syntax.name().text(), resolved.get(), syntax.name().span());
    scope.declare(syntax.name(), tensor);
    inputs.add(tensor);
  }

  /** The loss, {@code cross_entropy(z)} or {@code squared_error(z)}: whether it is one. */
  private boolean loss(Statement.Return statement) {
    if (!(statement.value() instanceof Term.Call call)
        || !LOSSES.contains(call.function().text())
        || call.arguments().size() != 1
        || !(call.arguments().get(0) instanceof Term.Argument.Positional argument)) {
      diagnostics
          .report(Code.LOSS_PLACE, statement.span())
          .help(
              "end the block with `return cross_entropy(z)`, z over the classes, or with `return"
                  + " squared_error(z)`")
          .add();
      return false;
    }
    Optional<Tensor> made = terms(operations).tensor(argument.term());
    made.ifPresent(
        z ->
            operations.add(
                call.function().text().equals(SQUARED_ERROR)
                    ? new SquaredError("loss", z, statement.span())
                    : new CrossEntropy("loss", z, statement.span())));
    return made.isPresent();
  }

  private @Nullable Tensor returned(
      Statement.Return statement, @Nullable Tensor argument, List<Dim> dims) {
    Name name = new Name("out", statement.span());
    Optional<Operand> value = terms(operations).assign(statement.value(), dims, "out", name);
    if (value.isEmpty()) {
      return null;
    }
    if (value.get() instanceof Tensor tensor
        && !tensor.equals(argument)
        && !sides.contains(tensor)
        && !inputs.contains(tensor)) {
      return tensor;
    }
    diagnostics
        .report(Code.RETURNS_NOTHING_NEW, statement.span(), block.name())
        .help("return a tensor that the block computes")
        .add();
    return null;
  }

  private TermResolver terms(List<Operation> to) {
    return new TermResolver(block.name().text(), scope, spoiled, names, to, usedNames(to));
  }

  private List<String> usedNames(List<Operation> to) {
    List<String> used = new ArrayList<>();
    for (List<Operation> list : List.of(operations, to)) {
      list.forEach(
          operation -> {
            used.add(operation.name());
            operation.results().forEach(result -> used.add(result.name()));
          });
    }
    scope
        .all()
        .forEach(
            (name, operand) -> {
              if (operand instanceof Tensor) {
                used.add(name);
              }
            });
    return used;
  }

  private Optional<List<Dim>> dims(List<Name> dims) {
    return dims(dims, names.dims(), diagnostics);
  }

  /** The dimensions of a tensor, each once; empty after a finding. */
  static Optional<List<Dim>> dims(List<Name> names, Names<Dim> known, Diagnostics diagnostics) {
    List<Dim> found = new ArrayList<>();
    boolean complete = true;
    for (Name name : names) {
      Optional<Dim> dim = known.find(name);
      complete &= dim.isPresent();
      if (dim.isPresent()) {
        if (found.contains(dim.get())) {
          diagnostics
              .report(Code.DIM_TWICE, name.span(), name)
              .help("declare a second dimension of the same size: `dim %s2 = …`".formatted(name))
              .add();
          complete = false;
        }
        found.add(dim.get());
      }
    }
    return complete ? Optional.of(found) : Optional.empty();
  }
}
