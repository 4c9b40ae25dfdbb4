package io.heddle.processor.program;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.model.Dim;
import io.heddle.processor.model.Function;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A size on one rank that is known once parameters and mesh are: elements, bytes, operations. */
public sealed interface Size {
  /** The size of nothing. */
  Size ZERO = new Constant(0);

  /** A plain number. */
  record Constant(long value) implements Size {}

  /** A dimension divided by the axes that split it. */
  record Extent(Dim dim, List<String> axes) implements Size {
    public Extent {
      axes = List.copyOf(axes);
    }
  }

  /** Number of ranks along axes. */
  record Ranks(List<String> axes) implements Size {
    public Ranks {
      axes = List.copyOf(axes);
    }
  }

  /** A number over the model's parameters. */
  record Value(Expression expression) implements Size {}

  /**
   * Exact arithmetic over other sizes.
   *
   * @param variables the size of each name in the expression
   * @param declared whether a specification writes it, as the cost of an operation
   */
  record Formula(Expression expression, Map<String, Size> variables, boolean declared)
      implements Size {
    public Formula {
      variables = Map.copyOf(variables);
    }

    private Formula(Expression expression, Map<String, Size> variables) {
      this(expression, variables, false);
    }

    /** The same over other sizes. */
    public Formula over(Map<String, Size> others) {
      return new Formula(expression, others, declared);
    }

    /** Where it is written. */
    public Span span() {
      return expression.span();
    }
  }

  /** Bytes of one value. */
  record ElementBytes(Format format) implements Size {}

  /** What a plan says how to quantise. */
  enum Quantity {
    /** Operands of linear layers. */
    PRODUCTS,
    /** Rows on their way to experts. */
    EXCHANGES
  }

  /** Bytes of so many elements that are quantised, their scales included. */
  record Quantised(Size elements, Quantity as) implements Size {}

  /**
   * Bytes of so many weights of linear layers as inference stores them.
   *
   * @param ofExperts whether they are weights of experts
   */
  record Stored(Size elements, boolean ofExperts) implements Size {}

  /**
   * Bytes that are read and written to quantise so many elements for products.
   *
   * @param stored their bytes before
   */
  record Quantising(Size elements, Size stored) implements Size {}

  /** Bytes that are read and written to quantise by columns what came quantised by rows. */
  record Transposing(Size elements) implements Size {}

  /**
   * Experts of a rank that get a row, as {@link io.heddle.plan.ExpertRows#reached} counts them.
   *
   * @param local experts of the rank
   * @param all experts that a token may choose from
   * @param top how many it chooses
   * @param tokens that choose
   */
  record Reached(Size local, Size all, Size top, Size tokens) implements Size {}

  /** A product of at least two factors. */
  record Product(List<Size> factors) implements Size {
    public Product {
      factors = List.copyOf(factors);
    }
  }

  /** A sum of at least two terms. */
  record Sum(List<Size> terms) implements Size {
    public Sum {
      terms = List.copyOf(terms);
    }
  }

  /**
   * What a stage has of something that some of its parts have: as often as it holds the part. It is
   * a number on a stage only.
   */
  record Held(Part part, Size each) implements Size {}

  /** A part of the model that a stage holds or not. */
  sealed interface Part {}

  /** The layers of a kind, by its number: a stage holds any number of them. */
  record Layer(int kind) implements Part {}

  /** Weights that several parts share: a stage that holds one of these holds them once. */
  record Shared(List<Part> users) implements Part {
    public Shared {
      users = List.copyOf(users);
    }

    /** The kinds of layers among them. */
    public List<Integer> kinds() {
      return users.stream()
          .filter(Layer.class::isInstance)
          .map(layer -> ((Layer) layer).kind())
          .toList();
    }
  }

  /** What stands before the first layer and behind the last. */
  enum End implements Part {
    EMBEDDING,
    HEAD,
    /** The head where it is not on the stage of the embedding. */
    HEAD_APART
  }

  /** One rank's part of what ranks along axes share, rounded up. */
  record Share(Size whole, List<String> axes) implements Size {
    public Share {
      axes = List.copyOf(axes);
    }
  }

  /** What the optimizer does for one parameter. */
  record Update(Effort effort) implements Size {}

  /** What an update costs. */
  enum Effort {
    OPERATIONS,
    BYTES
  }

  /** One rank's part of what ranks along axes share; all of it where there are no axes. */
  static Size share(Size whole, List<String> axes) {
    return axes.isEmpty() || whole.equals(ZERO) ? whole : new Share(whole, axes);
  }

  /** Whether it is a number on a stage only. */
  static boolean isOfStage(Size size) {
    if (size instanceof Share share) {
      return isOfStage(share.whole());
    }
    if (size instanceof Product product) {
      return product.factors().stream().anyMatch(Size::isOfStage);
    }
    if (size instanceof Sum sum) {
      return sum.terms().stream().anyMatch(Size::isOfStage);
    }
    return size instanceof Held;
  }

  /** A size of other parts; itself where it has none. */
  static Size withParts(Size size, UnaryOperator<Size> change) {
    if (size instanceof Product product) {
      return product(product.factors().stream().map(change).toList());
    }
    if (size instanceof Sum sum) {
      return sum(sum.terms().stream().map(change).toList());
    }
    if (size instanceof Formula formula) {
      Map<String, Size> variables = new LinkedHashMap<>();
      formula.variables().forEach((name, value) -> variables.put(name, change.apply(value)));
      return formula.over(variables);
    }
    if (size instanceof Quantised quantised) {
      return new Quantised(change.apply(quantised.elements()), quantised.as());
    }
    if (size instanceof Stored stored) {
      return new Stored(change.apply(stored.elements()), stored.ofExperts());
    }
    if (size instanceof Transposing transposing) {
      return new Transposing(change.apply(transposing.elements()));
    }
    return size instanceof Quantising quantising
        ? new Quantising(change.apply(quantising.elements()), change.apply(quantising.stored()))
        : size;
  }

  /** In which format values are stored; the plan says how long each is. */
  enum Format {
    /** Activations, their gradients, weights. */
    TENSOR,
    /** The residual stream. */
    STREAM,
    /** What attention reads. */
    QKV,
    /** What the loss reads. */
    LOGIT,
    /** Quantised rows of experts, their scales included: no number of bytes an element. */
    ROW,
    /** Gradients of weights. */
    GRADIENT,
    /** Statistics of normalisations: fp32. */
    STATISTIC
  }

  /** A declared cost over the sizes of what it is applied to. */
  static Size formula(Function.Part cost, Map<String, Size> variables) {
    return new Formula(cost.expression(), variables, true);
  }

  /** The smaller of two sizes. */
  static Size smaller(Size one, Size other, Span span) {
    return call("min", one, other, span);
  }

  /** The greatest number that divides two sizes. */
  static Size divisor(Size one, Size other, Span span) {
    return call("gcd", one, other, span);
  }

  /** A size divided by another, rounded up. */
  static Size quotient(Size whole, Size part, Span span) {
    return call("ceil_div", whole, part, span);
  }

  private static Size call(String function, Size one, Size other, Span span) {
    return new Formula(
        new Expression.Call(
            new Name(function, span), List.of(named("first", span), named("second", span)), span),
        Map.of("first", one, "second", other));
  }

  /** What a size leaves when it is divided by another. */
  static Size remainder(Size whole, Size part, Span span) {
    return new Formula(
        new Expression.Binary(
            Expression.Operator.REMAINDER, named("first", span), named("second", span), span),
        Map.of("first", whole, "second", part));
  }

  /** The next multiple of a number. */
  static Size roundedUp(Size size, long multiple, Span span) {
    return product(
        of(multiple),
        new Formula(
            new Expression.Call(
                new Name("ceil_div", span),
                List.of(named("first", span), new Expression.Literal(multiple, span)),
                span),
            Map.of("first", size)));
  }

  private static Expression named(String name, Span span) {
    return new Expression.Reference(new Name(name, span));
  }

  /** A number. */
  static Size of(long value) {
    return new Constant(value);
  }

  /** A number over the model's parameters, plain where it is written so. */
  static Size of(Expression number) {
    return number instanceof Expression.Literal literal ? of(literal.value()) : new Value(number);
  }

  /** The product; factors of 1 drop out and numbers are multiplied. */
  static Size product(Size... factors) {
    return product(List.of(factors));
  }

  /** As {@link #product(Size...)}. */
  static Size product(List<Size> factors) {
    long constant = 1;
    List<Size> rest = new ArrayList<>();
    for (Size factor : flattened(factors)) {
      if (factor instanceof Constant number) {
        constant = Math.multiplyExact(constant, number.value());
      } else {
        rest.add(factor);
      }
    }
    if (constant == 0) {
      return ZERO;
    }
    if (constant != 1 || rest.isEmpty()) {
      rest.add(0, new Constant(constant));
    }
    return rest.size() == 1 ? rest.get(0) : new Product(rest);
  }

  private static List<Size> flattened(List<Size> factors) {
    List<Size> flat = new ArrayList<>();
    for (Size factor : factors) {
      if (factor instanceof Product product) {
        flat.addAll(product.factors());
      } else {
        flat.add(factor);
      }
    }
    return flat;
  }

  /** The sum; terms that differ in a number only are one. */
  static Size sum(List<Size> terms) {
    Map<Size, Long> counts = new LinkedHashMap<>();
    for (Size term : terms) {
      for (Size part : term instanceof Sum sum ? sum.terms() : List.of(term)) {
        counts.merge(uncounted(part), count(part), Math::addExact);
      }
    }
    List<Size> counted = new ArrayList<>();
    counts.forEach((part, count) -> counted.add(product(of(count), part)));
    counted.removeIf(ZERO::equals);
    return switch (counted.size()) {
      case 0 -> ZERO;
      case 1 -> counted.get(0);
      default -> new Sum(counted);
    };
  }

  /** The number before a size; products have theirs in front. */
  private static long count(Size size) {
    Size first = size instanceof Product product ? product.factors().get(0) : size;
    return first instanceof Constant number ? number.value() : 1;
  }

  private static Size uncounted(Size size) {
    if (size instanceof Constant) {
      return of(1);
    }
    return size instanceof Product product && product.factors().get(0) instanceof Constant
        ? product(product.factors().subList(1, product.factors().size()))
        : size;
  }

  /** As {@link #sum(List)}. */
  static Size sum(Size... terms) {
    return sum(List.of(terms));
  }
}
