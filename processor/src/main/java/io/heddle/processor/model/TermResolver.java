package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Spelling;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.Term;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the right side of a statement into operations. Everything point-wise that hangs together in
 * it becomes one kernel; products that contract, normalisations and attention stand alone.
 */
final class TermResolver {
  /** The names of all operations of the language. */
  static final List<String> OPERATIONS =
      List.of(
          "attend",
          "concat",
          "dispatch",
          "combine",
          "rmsnorm",
          "layernorm",
          "softmax",
          "rope",
          "gelu",
          "silu",
          "relu",
          "sigmoid",
          "dropout",
          "sum",
          "mean",
          "first",
          "max",
          "cross_entropy",
          "squared_error");

  private final String block;
  private final Names<Operand> scope;
  private final Set<Operand> spoiled;
  private final ModelNames names;
  private final List<Operation> to;
  private final Set<String> used;
  private final Diagnostics diagnostics;

  /**
   * Resolves the terms of one block.
   *
   * @param spoiled operands that have been reported: what uses them has no value either
   * @param to operations are added here
   * @param used names that operations and tensors have already
   */
  TermResolver(
      String block,
      Names<Operand> scope,
      Set<Operand> spoiled,
      ModelNames names,
      List<Operation> to,
      List<String> used) {
    this.block = block;
    this.scope = scope;
    this.spoiled = spoiled;
    this.names = names;
    this.to = to;
    this.used = new HashSet<>(used);
    this.diagnostics = names.diagnostics();
  }

  /**
   * The value of a statement.
   *
   * @param declared the dimensions that it declares; null if none
   * @param name of the result
   */
  Optional<Operand> assign(Term value, @Nullable List<Dim> declared, String name, Name target) {
    Optional<Draft> resolved = resolve(value, declared, name);
    if (resolved.isEmpty()) {
      return Optional.empty();
    }
    Draft draft = resolved.get();
    if (isNumber(draft)) {
      return Optional.empty();
    }
    if (declared != null && !new HashSet<>(declared).equals(new HashSet<>(draft.dims()))) {
      reportDims(target, declared, draft.dims());
      return Optional.empty();
    }
    Operand plain = draft.plain();
    if (plain instanceof Weight) {
      diagnostics.report(Code.WEIGHT_ALONE, value.span(), plain.name()).add();
      return Optional.empty();
    }
    if (plain != null) {
      return Optional.of(plain);
    }
    return Optional.of(pointWise(draft, declared == null ? draft.dims() : declared, name));
  }

  private void reportDims(Name target, List<Dim> declared, List<Dim> found) {
    List<Dim> extra = new ArrayList<>(declared);
    extra.removeAll(found);
    if (extra.isEmpty()) {
      List<Dim> missing = new ArrayList<>(found);
      missing.removeAll(declared);
      diagnostics
          .report(Code.DIM_NOT_IN_RESULT, target.span(), missing.get(0), target)
          .help("the value has the dimensions " + Draft.list(found))
          .add();
    } else {
      diagnostics
          .report(Code.DIM_IN_NO_OPERAND, target.span(), extra.get(0), target)
          .help("the value has the dimensions " + Draft.list(found))
          .add();
    }
  }

  /**
   * @param hint the dimensions of the statement's result, if it declares them
   * @param name null where the value is only part of a statement
   */
  private Optional<Draft> resolve(Term term, @Nullable List<Dim> hint, @Nullable String name) {
    if (term instanceof Term.Reference reference) {
      return scope
          .find(reference.name())
          .filter(operand -> !spoiled.contains(operand))
          .map(operand -> Draft.of(operand, term.span()));
    }
    if (term instanceof Term.Scalar) {
      return Optional.of(new Draft(List.of(), Map.of(), List.of(), term.span()));
    }
    if (term instanceof Term.Sum sum) {
      return sum(sum, hint);
    }
    if (term instanceof Term.Product product) {
      return product(product, hint, name);
    }
    if (term instanceof Term.Rename rename) {
      return new RenameTerms(this, names.dims(), to, diagnostics)
          .resolve(rename, hint, name)
          .map(tensor -> Draft.of(tensor, term.span()));
    }
    return call((Term.Call) term, hint, name);
  }

  private Optional<Draft> sum(Term.Sum sum, @Nullable List<Dim> hint) {
    Optional<Draft> left = resolve(sum.left(), hint, null);
    Optional<Draft> right = resolve(sum.right(), hint, null);
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    Optional<List<Dim>> union = broadcast(left.get().dims(), right.get().dims());
    if (union.isEmpty()) {
      diagnostics
          .report(
              Code.UNEQUAL_DIMS,
              sum.span(),
              Draft.list(left.get().dims()),
              Draft.list(right.get().dims()))
          .add();
      return Optional.empty();
    }
    Map<Operand, Draft.Use> inputs = new LinkedHashMap<>(left.get().inputs());
    // Used twice, an input is no longer a mere term.
    right
        .get()
        .inputs()
        .forEach(
            (operand, use) -> inputs.merge(operand, use, (first, second) -> first.and(second)));
    List<Function> functions = Draft.append(left.get().functions(), right.get().functions());
    return Optional.of(
        new Draft(union.get(), inputs, Draft.append(functions, List.of(Function.ADD)), sum.span()));
  }

  /** The larger of two sets of dimensions, if it holds the other. */
  static Optional<List<Dim>> broadcast(List<Dim> left, List<Dim> right) {
    if (left.containsAll(right)) {
      return Optional.of(left);
    }
    return right.containsAll(left) ? Optional.of(right) : Optional.empty();
  }

  private Optional<Draft> product(
      Term.Product product, @Nullable List<Dim> hint, @Nullable String name) {
    Optional<Draft> left = resolve(product.left(), hint, null);
    Optional<Draft> right = resolve(product.right(), hint, null);
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    List<Dim> leftDims = left.get().dims();
    List<Dim> rightDims = right.get().dims();
    Set<Dim> all = new LinkedHashSet<>(leftDims);
    all.addAll(rightDims);
    Set<Dim> contracted = new LinkedHashSet<>();
    if (hint != null && all.containsAll(hint)) {
      contracted.addAll(all);
      contracted.removeAll(hint);
    } else if (hint != null && name != null) {
      List<Dim> missing = new ArrayList<>(hint);
      missing.removeAll(all);
      diagnostics
          .report(Code.DIM_IN_NO_OPERAND, product.span(), missing.get(0), name)
          .help("the operands have " + Draft.list(leftDims) + " and " + Draft.list(rightDims))
          .add();
      return Optional.empty();
    }
    if (contracted.isEmpty()) {
      boolean isDeclared = hint != null && all.size() == hint.size() && all.containsAll(hint);
      return pointWiseProduct(product, left.get(), right.get(), isDeclared ? hint : null);
    }
    for (Dim dim : contracted) {
      if (!leftDims.contains(dim) || !rightDims.contains(dim)) {
        diagnostics
            .report(Code.DIM_IN_ONE_OPERAND, product.span(), dim)
            .help(
                "a product sums over dimensions of both operands only; name the result of each "
                    + "product with its dimensions")
            .add();
        return Optional.empty();
      }
    }
    Operand a = materialise(left.get()).orElse(null);
    Operand b = materialise(right.get()).orElse(null);
    if (a == null || b == null) {
      return Optional.empty();
    }
    if (a instanceof Weight && b instanceof Tensor) {
      Operand swap = a;
      a = b;
      b = swap;
    }
    if (a instanceof Weight) {
      diagnostics.report(Code.WEIGHT_ALONE, product.span(), a.name()).add();
      return Optional.empty();
    }
    String result =
        name != null ? name : fresh(b instanceof Weight ? b.name() : a.name() + "." + b.name());
    Tensor tensor = new Tensor(result, hint, product.span());
    to.add(new Einsum(tensor, a, b, product.span()));
    return Optional.of(Draft.of(tensor, product.span()));
  }

  /**
   * A product that sums over nothing.
   *
   * @param declared all dimensions of both operands, where the statement declares them: each
   *     operand is then broadcast over what it lacks, which is an outer product
   */
  private Optional<Draft> pointWiseProduct(
      Term.Product product, Draft left, Draft right, @Nullable List<Dim> declared) {
    Optional<List<Dim>> union =
        broadcast(left.dims(), right.dims()).or(() -> Optional.ofNullable(declared));
    if (union.isEmpty()) {
      diagnostics
          .report(
              Code.OPEN_PRODUCT, product.span(), Draft.list(left.dims()), Draft.list(right.dims()))
          .help("give the product a name and its dimensions in a statement of its own")
          .add();
      return Optional.empty();
    }
    if (left.inputs().isEmpty() || right.inputs().isEmpty()) {
      Draft scaled = (left.inputs().isEmpty() ? right : left).with(Function.SCALE);
      return Optional.of(
          new Draft(scaled.dims(), scaled.inputs(), scaled.functions(), product.span()));
    }
    List<Function> functions = Draft.append(left.functions(), right.functions());
    return Optional.of(
        new Draft(
            union.get(),
            Draft.product(left, right),
            Draft.append(functions, List.of(Function.MULTIPLY)),
            product.span()));
  }

  private Optional<Draft> call(Term.Call call, @Nullable List<Dim> hint, @Nullable String name) {
    String function = call.function().text();
    if (function.equals("attend")) {
      return new AttentionTerms(this, scope, names, to)
          .resolve(call, name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    if (function.equals("dispatch") || function.equals("combine")) {
      return new ExpertTerms(this, scope, names, to)
          .resolve(call, hint, name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    if (function.equals("concat")) {
      return new ConcatTerms(this, scope, names, to)
          .resolve(call, hint, name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    if (BlockResolver.LOSSES.contains(function)) {
      diagnostics
          .report(Code.LOSS_PLACE, call.span())
          .help("`return %s(z)` stands at the end of the block behind `end`".formatted(function))
          .add();
      return Optional.empty();
    }
    Optional<Declaration.Operation> own = names.operations().named(function);
    if (own.isPresent() && names.operations().isWrong(own.get())) {
      return Optional.empty();
    }
    if (own.isPresent()) {
      return new DeclaredTerms(this, scope, names, to, own.get(), call)
          .resolve(hint, name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    if (function.equals(SelectTerms.WORD)) {
      return new SelectTerms(this, scope, names, to)
          .resolve(call, hint, name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    if (function.equals(DetachTerms.WORD)) {
      return new DetachTerms(this, scope, names, to)
          .resolve(call, name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    if (function.equals(SliceTerms.WORD)) {
      return new SliceTerms(this, scope, names, to)
          .resolve(call, hint, name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    Optional<Reduction> reduction = Reduction.named(function);
    if (reduction.isPresent()) {
      return new ReductionTerms(this, scope, names, to)
          .resolve(call, reduction.get(), name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    Optional<NormKind> norm = NormKind.named(function);
    if (norm.isPresent()) {
      return new NormTerms(this, block, scope, names, to)
          .resolve(call, norm.get(), hint, name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    Optional<Function> pointWise = Function.named(function);
    if (pointWise.isEmpty()) {
      unknownFunction(call);
      return Optional.empty();
    }
    Optional<CallArguments> arguments = tensors(call, "one tensor");
    if (arguments.isEmpty()) {
      return Optional.empty();
    }
    if (arguments.get().terms().size() != 1) {
      arguments.get().wrong();
      return Optional.empty();
    }
    Optional<Draft> value = resolve(arguments.get().terms().get(0), hint, null);
    return value.map(draft -> draft.with(pointWise.get()));
  }

  private void unknownFunction(Term.Call call) {
    List<String> known = new ArrayList<>(OPERATIONS);
    known.addAll(List.of(SliceTerms.WORD, SelectTerms.WORD, DetachTerms.WORD));
    known.addAll(names.operations().names());
    diagnostics
        .report(Code.UNKNOWN_NAME, call.function().span(), "operation", call.function())
        .help(Spelling.help(call.function().text(), known))
        .add();
  }

  /** Whether an operand has been reported, so that it has no value. */
  boolean isSpoiled(Operand operand) {
    return spoiled.contains(operand);
  }

  /** What a term stands for, as something that other operations can read. */
  Optional<Operand> operand(Term term, @Nullable List<Dim> hint) {
    return resolve(term, hint, null).flatMap(this::materialise);
  }

  /** The tensor that a term stands for; empty after a finding. */
  Optional<Tensor> tensor(Term term) {
    Optional<Operand> operand = resolve(term, null, null).flatMap(this::materialise);
    if (operand.isPresent() && operand.get() instanceof Weight weight) {
      diagnostics.report(Code.WEIGHT_ALONE, term.span(), weight.name()).add();
    }
    return operand.filter(Tensor.class::isInstance).map(Tensor.class::cast);
  }

  /** Makes the draft a tensor that other operations can read; empty after a finding. */
  private Optional<Operand> materialise(Draft draft) {
    Operand plain = draft.plain();
    if (plain != null) {
      return Optional.of(plain);
    }
    if (isNumber(draft)) {
      return Optional.empty();
    }
    String function =
        draft.functions().stream()
            .filter(f -> !f.equals(Function.ADD) && !f.equals(Function.MULTIPLY))
            .map(Function::name)
            .findFirst()
            .orElse(draft.functions().get(0).name());
    String first = draft.inputs().keySet().iterator().next().name();
    return Optional.of(pointWise(draft, draft.dims(), fresh(function + "." + first)));
  }

  /** Whether the draft is made of numbers only, which is reported. */
  private boolean isNumber(Draft draft) {
    if (draft.inputs().isEmpty()) {
      diagnostics.report(Code.NUMBER_ALONE, draft.span()).add();
    }
    return draft.inputs().isEmpty();
  }

  /** The arguments of an operation that takes tensors only; empty after findings. */
  private Optional<CallArguments> tensors(Term.Call call, String takes) {
    return CallArguments.of(call, CallArguments.Form.of(takes), scope, names);
  }

  /** Adds a point-wise kernel, whose result is returned. */
  Tensor pointWise(Draft draft, List<Dim> resultDims, String name) {
    List<PointWise.Input> inputs = new ArrayList<>();
    draft
        .inputs()
        .forEach(
            (operand, use) ->
                inputs.add(new PointWise.Input(operand, use.isTerm(), use.scaled(), use.needs())));
    Tensor tensor = new Tensor(name, resultDims, draft.span());
    to.add(new PointWise(tensor, inputs, draft.functions(), draft.span()));
    return tensor;
  }

  /** A name that no operation and no tensor of the block has. */
  String fresh(String wanted) {
    String name = wanted;
    for (int i = 2; !used.add(name); i++) {
      name = wanted + "." + i;
    }
    return name;
  }
}
