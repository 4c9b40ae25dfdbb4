package io.heddle.processor.model;

import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Operation.Attend;
import io.heddle.processor.model.Operation.Einsum;
import io.heddle.processor.model.Operation.Norm;
import io.heddle.processor.model.Operation.PointWise;
import io.heddle.processor.syntax.Expression;
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
  private final String block;
  private final Names<Operand> scope;
  private final Set<Operand> spoiled;
  private final Names<Dim> dims;
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
      Names<Dim> dims,
      List<Operation> to,
      List<String> used,
      Diagnostics diagnostics) {
    this.block = block;
    this.scope = scope;
    this.spoiled = spoiled;
    this.dims = dims;
    this.to = to;
    this.used = new HashSet<>(used);
    this.diagnostics = diagnostics;
  }

  /**
   * A point-wise expression that is not yet a kernel.
   *
   * @param inputs with whether each is only a term of the outermost sum
   */
  private record Draft(
      List<Dim> dims, Map<Operand, Boolean> inputs, List<Function> functions, Span span) {
    static Draft of(Operand operand, Span span) {
      return new Draft(operand.dims(), Map.of(operand, true), List.of(), span);
    }

    /** The operand itself, if nothing is done to it. */
    @Nullable Operand plain() {
      return functions.isEmpty() && inputs.size() == 1 ? inputs.keySet().iterator().next() : null;
    }

    boolean isSum() {
      return inputs.values().stream().allMatch(isTerm -> isTerm);
    }

    Draft with(Function function) {
      Map<Operand, Boolean> inside = new LinkedHashMap<>();
      inputs.keySet().forEach(operand -> inside.put(operand, false));
      return new Draft(dims, inside, append(functions, List.of(function)), span);
    }

    static List<Function> append(List<Function> first, List<Function> second) {
      List<Function> all = new ArrayList<>(first);
      all.addAll(second);
      return all;
    }
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
          .help("the value has the dimensions " + list(found))
          .add();
    } else {
      diagnostics
          .report(Code.DIM_IN_NO_OPERAND, target.span(), extra.get(0), target)
          .help("the value has the dimensions " + list(found))
          .add();
    }
  }

  private static String list(List<Dim> dims) {
    List<String> names = dims.stream().map(Dim::name).toList();
    return "[" + String.join(" ", names) + "]";
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
      new NotYet(diagnostics).rename(rename);
      return Optional.empty();
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
          .report(Code.UNEQUAL_DIMS, sum.span(), list(left.get().dims()), list(right.get().dims()))
          .add();
      return Optional.empty();
    }
    Map<Operand, Boolean> inputs = new LinkedHashMap<>();
    for (Draft side : List.of(left.get(), right.get())) {
      boolean linear = side.isSum();
      side.inputs()
          .forEach(
              (operand, isTerm) ->
                  inputs.merge(operand, linear && isTerm, (first, second) -> false));
    }
    List<Function> functions = Draft.append(left.get().functions(), right.get().functions());
    return Optional.of(
        new Draft(union.get(), inputs, Draft.append(functions, List.of(Function.ADD)), sum.span()));
  }

  /** The larger of two sets of dimensions, if it holds the other. */
  private static Optional<List<Dim>> broadcast(List<Dim> left, List<Dim> right) {
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
          .help("the operands have " + list(leftDims) + " and " + list(rightDims))
          .add();
      return Optional.empty();
    }
    if (contracted.isEmpty()) {
      return pointWiseProduct(product, left.get(), right.get());
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
    Operand a = materialise(left.get());
    Operand b = materialise(right.get());
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

  private Optional<Draft> pointWiseProduct(Term.Product product, Draft left, Draft right) {
    Optional<List<Dim>> union = broadcast(left.dims(), right.dims());
    if (union.isEmpty()) {
      diagnostics
          .report(Code.OPEN_PRODUCT, product.span(), list(left.dims()), list(right.dims()))
          .help("give the product a name and its dimensions in a statement of its own")
          .add();
      return Optional.empty();
    }
    Map<Operand, Boolean> inputs = new LinkedHashMap<>();
    left.inputs().keySet().forEach(operand -> inputs.put(operand, false));
    right.inputs().keySet().forEach(operand -> inputs.put(operand, false));
    List<Function> functions = Draft.append(left.functions(), right.functions());
    return Optional.of(
        new Draft(
            union.get(),
            inputs,
            Draft.append(functions, List.of(Function.MULTIPLY)),
            product.span()));
  }

  private Optional<Draft> call(Term.Call call, @Nullable List<Dim> hint, @Nullable String name) {
    String function = call.function().text();
    if (function.equals("attend")) {
      return attend(call, name);
    }
    if (function.equals("dispatch") || function.equals("combine")) {
      return new ExpertTerms(scope, to, diagnostics)
          .resolve(call, this::tensor, hint, name)
          .map(tensor -> Draft.of(tensor, call.span()));
    }
    if (function.equals("concat")) {
      return concat(call, hint, name);
    }
    Optional<NormKind> norm = NormKind.named(function);
    Optional<Function> pointWise = Function.named(function);
    if (norm.isEmpty() && pointWise.isEmpty()) {
      unknownFunction(call);
      return Optional.empty();
    }
    if (call.arguments().size() != 1
        || !(call.arguments().get(0) instanceof Term.Argument.Positional argument)) {
      diagnostics.report(Code.ARGUMENTS, call.span(), function, "one tensor").add();
      return Optional.empty();
    }
    Optional<Draft> value = resolve(argument.term(), hint, null);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (pointWise.isPresent()) {
      return Optional.of(value.get().with(pointWise.get()));
    }
    return norm(call, norm.get(), value.get(), name);
  }

  private Optional<Draft> norm(Term.Call call, NormKind kind, Draft value, @Nullable String name) {
    if (!(materialise(value) instanceof Tensor input) || input.dims().isEmpty()) {
      diagnostics.report(Code.ARGUMENTS, call.span(), kind.word(), "one tensor").add();
      return Optional.empty();
    }
    String result = name != null ? name : fresh(kind.word() + "." + input.name());
    Norm norm = norm(block, input, kind, result, call.span());
    to.add(norm);
    return Optional.of(Draft.of(norm.result(), call.span()));
  }

  /** A normalisation with the weights it owns. */
  static Norm norm(String block, Tensor input, NormKind kind, String result, Span span) {
    List<Dim> dim = List.of(input.dims().get(input.dims().size() - 1));
    List<Weight> weights = new ArrayList<>();
    for (String role : List.of(".scale", ".shift").subList(0, kind.weights())) {
      weights.add(new Weight(block, result + role, dim, span));
    }
    return new Norm(new Tensor(result, input.dims(), span), input, kind, weights, span);
  }

  private void unknownFunction(Term.Call call) {
    List<String> known =
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
            "sigmoid");
    String help =
        io.heddle.processor.diagnose.Spelling.nearest(call.function().text(), known)
            .map("did you mean `%s`?"::formatted)
            .orElse("known: " + String.join(", ", known));
    diagnostics
        .report(Code.UNKNOWN_NAME, call.function().span(), "operation", call.function())
        .help(help)
        .add();
  }

  private Optional<Draft> concat(Term.Call call, @Nullable List<Dim> hint, @Nullable String name) {
    List<Tensor> parts = new ArrayList<>();
    for (Term.Argument argument : call.arguments()) {
      if (argument instanceof Term.Argument.Positional positional) {
        Optional<Draft> value = resolve(positional.term(), null, null);
        if (value.isEmpty()) {
          return Optional.empty();
        }
        if (materialise(value.get()) instanceof Tensor tensor) {
          parts.add(tensor);
        }
      }
    }
    if (parts.size() < 2 || parts.size() != call.arguments().size()) {
      diagnostics.report(Code.ARGUMENTS, call.span(), "concat", "two or more tensors").add();
      return Optional.empty();
    }
    if (hint == null || name == null) {
      diagnostics
          .report(Code.CONCAT_SHAPE, call.span(), "its result is not declared")
          .help("give it a name and its dimensions in a statement of its own")
          .add();
      return Optional.empty();
    }
    List<Dim> joined = new ArrayList<>(hint);
    parts.forEach(part -> joined.removeAll(part.dims()));
    List<Dim> own = new ArrayList<>();
    for (Tensor part : parts) {
      List<Dim> extra = new ArrayList<>(part.dims());
      extra.removeAll(hint);
      own.addAll(extra);
    }
    if (joined.size() != 1 || own.size() != parts.size()) {
      diagnostics
          .report(
              Code.CONCAT_SHAPE,
              call.span(),
              "exactly one dimension of the result must stand in no operand, and each operand "
                  + "must bring one of its own")
          .add();
      return Optional.empty();
    }
    Tensor tensor = new Tensor(name, hint, call.span());
    to.add(new Operation.Concat(tensor, parts, joined.get(0), own, call.span()));
    return Optional.of(Draft.of(tensor, call.span()));
  }

  private Optional<Draft> attend(Term.Call call, @Nullable String name) {
    List<Tensor> tensors = new ArrayList<>();
    Dim over = null;
    boolean causal = false;
    for (Term.Argument argument : call.arguments()) {
      if (argument instanceof Term.Argument.Named named) {
        if (!named.name().text().equals("over")
            || !(named.value() instanceof Expression.Reference value)) {
          diagnostics.report(Code.ARGUMENTS, named.name().span(), "attend", ATTEND_FORM).add();
          return Optional.empty();
        }
        new NotYet(diagnostics).keys(named);
        over = dims.find(value.name()).orElse(null);
        if (over == null) {
          return Optional.empty();
        }
      } else if (argument instanceof Term.Argument.Positional positional) {
        if (isWord(positional.term(), "causal")) {
          causal = true;
          continue;
        }
        Optional<Draft> value = resolve(positional.term(), null, null);
        if (value.isEmpty()) {
          return Optional.empty();
        }
        if (materialise(value.get()) instanceof Tensor tensor) {
          tensors.add(tensor);
        }
      }
    }
    if (tensors.size() != 3 || over == null) {
      diagnostics.report(Code.ARGUMENTS, call.span(), "attend", ATTEND_FORM).add();
      return Optional.empty();
    }
    return attend(call, tensors, over, causal, name);
  }

  private static final String ATTEND_FORM = "`attend(q, k, v, over = dim)`, perhaps with `causal`";

  private boolean isWord(Term term, String word) {
    return term instanceof Term.Reference reference
        && reference.name().text().equals(word)
        && !scope.contains(word);
  }

  private Optional<Draft> attend(
      Term.Call call, List<Tensor> tensors, Dim over, boolean causal, @Nullable String name) {
    Tensor q = tensors.get(0);
    Tensor k = tensors.get(1);
    Tensor v = tensors.get(2);
    if (tensors.stream().anyMatch(tensor -> tensor.dims().isEmpty())) {
      return Optional.empty();
    }
    Dim valueDim = v.dims().get(v.dims().size() - 1);
    List<Dim> keys = new ArrayList<>(k.dims().subList(0, k.dims().size() - 1));
    List<Dim> values = new ArrayList<>(v.dims().subList(0, v.dims().size() - 1));
    List<Dim> queries = new ArrayList<>(q.dims().subList(0, q.dims().size() - 1));
    Dim scoreDim = q.dims().get(q.dims().size() - 1);
    String wrong = null;
    if (!k.dims().get(k.dims().size() - 1).equals(scoreDim)) {
      wrong = "the last dimensions of q and k are multiplied and must be the same";
    } else if (!keys.contains(over) || !values.contains(over) || !queries.contains(over)) {
      wrong = "`" + over + "` must be a dimension of q, k and v, and not their last";
    } else if (!new HashSet<>(keys).equals(new HashSet<>(values))) {
      wrong = "k and v must have the same dimensions but for the last";
    } else if (!queries.containsAll(keys)) {
      wrong = "q must have every dimension of k";
    }
    if (wrong != null) {
      diagnostics
          .report(Code.ATTENTION_SHAPE, call.span(), list(q.dims()), list(k.dims()), list(v.dims()))
          .help(wrong)
          .add();
      return Optional.empty();
    }
    List<Dim> result = new ArrayList<>(queries);
    result.add(valueDim);
    String made = name != null ? name : fresh("attend." + q.name());
    Tensor tensor = new Tensor(made, result, call.span());
    to.add(new Attend(tensor, q, k, v, over, causal, call.span()));
    return Optional.of(Draft.of(tensor, call.span()));
  }

  /** The tensor that a term stands for. */
  private Optional<Tensor> tensor(Term term) {
    return resolve(term, null, null)
        .map(this::materialise)
        .filter(Tensor.class::isInstance)
        .map(Tensor.class::cast);
  }

  /** Makes the draft a tensor that other operations can read. */
  private Operand materialise(Draft draft) {
    Operand plain = draft.plain();
    if (plain != null) {
      return plain;
    }
    String function =
        draft.functions().stream()
            .filter(f -> !f.equals(Function.ADD) && !f.equals(Function.MULTIPLY))
            .map(Function::name)
            .findFirst()
            .orElse(draft.functions().isEmpty() ? "scalar" : draft.functions().get(0).name());
    String first =
        draft.inputs().isEmpty() ? "" : "." + draft.inputs().keySet().iterator().next().name();
    return pointWise(draft, draft.dims(), fresh(function + first));
  }

  private Tensor pointWise(Draft draft, List<Dim> resultDims, String name) {
    List<PointWise.Input> inputs = new ArrayList<>();
    draft.inputs().forEach((operand, isTerm) -> inputs.add(new PointWise.Input(operand, isTerm)));
    Tensor tensor = new Tensor(name, resultDims, draft.span());
    to.add(new PointWise(tensor, inputs, draft.functions(), draft.span()));
    return tensor;
  }

  private String fresh(String wanted) {
    String name = wanted;
    for (int i = 2; !used.add(name); i++) {
      name = wanted + "." + i;
    }
    return name;
  }
}
