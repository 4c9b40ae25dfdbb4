package io.heddle.processor.syntax;

import io.heddle.grammar.TfmLexer;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random syntax trees; names are keywords as often as not. */
final class Trees {
  private static final Span NOWHERE = new Span(new Source("a.tfm", ""), 1, 1, 1);

  private Trees() {}

  static List<String> keywords() {
    return IntStream.range(TfmLexer.TFM, TfmLexer.NAME)
        .mapToObj(TfmLexer.VOCABULARY::getLiteralName)
        .map(quoted -> quoted.substring(1, quoted.length() - 1))
        .toList();
  }

  static Arbitrary<List<Declaration>> files() {
    return Arbitraries.<Declaration>oneOf(
            List.of(
                models(),
                derivedModels(),
                plans(),
                sweeps(),
                searches(),
                serves(),
                operations(),
                devices(),
                clusters()))
        .list()
        .ofMaxSize(3);
  }

  private static Arbitrary<Name> names() {
    return Arbitraries.oneOf(
            Arbitraries.of(keywords()), Arbitraries.of("x", "b", "_", "W_q2", "rmsnorm"))
        .map(text -> new Name(text, NOWHERE));
  }

  /** Words of rules: they are dimensions only where they cannot be read otherwise. */
  private static Arbitrary<Name> namesInRules() {
    List<String> words = List.of("over", "padded", "to", "and", "or");
    return names().filter(name -> !words.contains(name.text()));
  }

  private static Arbitrary<List<Name>> some(Arbitrary<Name> names) {
    return names.list().ofMinSize(1).ofMaxSize(3);
  }

  private static Arbitrary<String> documentation() {
    return Arbitraries.of("", "One line.", "Two\nlines");
  }

  private static Arbitrary<Expression> expressions() {
    return expressions(3);
  }

  private static Arbitrary<Expression> literals() {
    return Arbitraries.oneOf(
        names().map(Expression.Reference::new),
        Arbitraries.longs().greaterOrEqual(0).map(value -> new Expression.Literal(value, NOWHERE)));
  }

  private static Arbitrary<Expression> expressions(int depth) {
    Arbitrary<Expression> leaves = literals();
    if (depth == 0) {
      return leaves;
    }
    Arbitrary<Expression> parts = expressions(depth - 1);
    return Arbitraries.oneOf(
        leaves,
        Combinators.combine(Arbitraries.of(Expression.Operator.class), parts, parts)
            .as((operator, a, b) -> new Expression.Binary(operator, a, b, NOWHERE)),
        Combinators.combine(names(), parts.list().ofMaxSize(3))
            .as((function, arguments) -> new Expression.Call(function, arguments, NOWHERE)));
  }

  private static Arbitrary<Term> terms(int depth) {
    Arbitrary<Term> leaves =
        Arbitraries.oneOf(
            names().map(Term.Reference::new),
            Arbitraries.of(0.0, 2.0, 0.125, 1e6).map(value -> new Term.Scalar(value, NOWHERE)));
    if (depth == 0) {
      return leaves;
    }
    Arbitrary<Term> parts = terms(depth - 1);
    Arbitrary<Term.Argument> arguments =
        Arbitraries.oneOf(
            parts.map(Term.Argument.Positional::new),
            Combinators.combine(names(), expressions(1), names().injectNull(0.5))
                .as(Term.Argument.Named::new));
    return Arbitraries.oneOf(
        leaves,
        Combinators.combine(names(), names(), names())
            .as((tensor, from, to) -> new Term.Rename(tensor, from, to, NOWHERE)),
        Combinators.combine(parts, parts).as((a, b) -> new Term.Product(a, b, NOWHERE)),
        Combinators.combine(parts, Arbitraries.of(true, false), parts)
            .as((a, minus, b) -> new Term.Sum(a, minus, b, NOWHERE)),
        Combinators.combine(names(), arguments.list().ofMaxSize(3))
            .as((function, list) -> new Term.Call(function, list, NOWHERE)));
  }

  private static Arbitrary<TensorSyntax> tensors() {
    return Combinators.combine(names(), names().list().ofMaxSize(4)).as(TensorSyntax::new);
  }

  private static Arbitrary<List<TensorSyntax>> someTensors() {
    return tensors().list().ofMinSize(1).ofMaxSize(3);
  }

  private static Arbitrary<Statement.Assignment> assignments() {
    return Combinators.combine(names(), names().list().ofMaxSize(4).injectNull(0.3), terms(3))
        .as((target, dims, value) -> new Statement.Assignment(target, dims, value, NOWHERE));
  }

  private static Arbitrary<Statement> statements() {
    return Arbitraries.oneOf(
        someTensors().map(weights -> new Statement.Weights(weights, NOWHERE)),
        tensors().map(tensor -> new Statement.Input(tensor, NOWHERE)),
        assignments().map(assignment -> assignment),
        Combinators.combine(names(), assignments().list().ofMaxSize(3))
            .as((name, lines) -> new Statement.Fused(name, lines, NOWHERE)),
        terms(2).map(value -> new Statement.Return(value, NOWHERE)));
  }

  private static Arbitrary<ModelMember.Layers> layers() {
    return Combinators.combine(
            expressions().injectNull(0.5), useds().list().ofMinSize(1).ofMaxSize(3))
        .as(ModelMember.Layers::new);
  }

  private static Arbitrary<ModelMember.Used> useds() {
    Arbitrary<ModelMember.Fed> fed = Combinators.combine(names(), names()).as(ModelMember.Fed::new);
    return Combinators.combine(names(), fed.list().ofMaxSize(2), Arbitraries.of(true, false))
        .as(ModelMember.Used::new);
  }

  /** A block that begins or ends something is in no layer that could share it. */
  private static Arbitrary<ModelMember.Used> ends() {
    return useds().map(used -> new ModelMember.Used(used.block(), used.feeds(), false));
  }

  private static Arbitrary<ModelMember.Norm> norms() {
    return Combinators.combine(names(), settings()).as(ModelMember.Norm::new).injectNull(0.5);
  }

  private static Arbitrary<ModelMember> members() {
    return Arbitraries.oneOf(
        streamLines(),
        Combinators.combine(names(), streamLines().list().ofMaxSize(4)).as(ModelMember.Stream::new),
        Combinators.combine(names(), expressions()).as(ModelMember.Parameter::new),
        Combinators.combine(names(), expressions().injectNull(0.3)).as(ModelMember.Dimension::new),
        Combinators.combine(
                names(),
                documentation(),
                tensors().list().ofMaxSize(3),
                statements().list().ofMaxSize(5))
            .as(ModelMember.Block::new),
        expressions().map(condition -> new ModelMember.Require(condition, "say // why", NOWHERE)));
  }

  private static Arbitrary<ModelMember> streamLines() {
    return Arbitraries.oneOf(
        ends().map(block -> new ModelMember.Begin(block, NOWHERE)),
        ends().map(block -> new ModelMember.End(block, NOWHERE)),
        Combinators.combine(someTensors(), norms())
            .as((tables, norm) -> new ModelMember.Embed(null, tables, norm, NOWHERE)),
        Combinators.combine(names(), tensors().list().ofMaxSize(2), norms())
            .as((tied, tables, norm) -> new ModelMember.Embed(tied, tables, norm, NOWHERE)),
        Combinators.combine(expressions(), layers().list().ofMinSize(1).ofMaxSize(3))
            .as((times, pattern) -> new ModelMember.Stack(times, pattern, NOWHERE)),
        Combinators.combine(tensors(), norms())
            .as((weight, norm) -> new ModelMember.Head(weight, null, norm, NOWHERE)),
        Combinators.combine(names(), norms())
            .as((tied, norm) -> new ModelMember.Head(null, tied, norm, NOWHERE)));
  }

  private static Arbitrary<Declaration.Model> models() {
    return Combinators.combine(names(), documentation(), members().list().ofMaxSize(6))
        .as(Declaration.Model::new);
  }

  private static Arbitrary<Declaration.DerivedModel> derivedModels() {
    return Combinators.combine(names(), documentation(), names(), settings())
        .as(Declaration.DerivedModel::new);
  }

  private static Arbitrary<List<PlanItem.Setting>> settings() {
    return Combinators.combine(names(), expressions())
        .as(PlanItem.Setting::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  private static Arbitrary<List<PlanItem.Rule>> rules() {
    return rules(
        expressions(1)
            .injectNull(0.3)
            .map(multiple -> new PlanItem.Padding(multiple, NOWHERE))
            .injectNull(0.6));
  }

  private static Arbitrary<List<PlanItem.Rule>> streamRules() {
    return rules(Arbitraries.just((PlanItem.Padding) null));
  }

  private static Arbitrary<List<PlanItem.Rule>> rules(Arbitrary<PlanItem.Padding> padding) {
    Arbitrary<List<Name>> named = some(namesInRules());
    return Combinators.combine(
            Arbitraries.oneOf(named, Arbitraries.just(List.of(new Name("over", NOWHERE)))),
            named,
            padding)
        .as(PlanItem.Rule::new)
        .list()
        .ofMaxSize(3);
  }

  private static Arbitrary<PlanItem> items() {
    return Arbitraries.oneOf(mappingItems(), runningItems());
  }

  private static Arbitrary<PlanItem> mappingItems() {
    Arbitrary<List<PlanItem.PinnedDim>> pinned =
        Combinators.combine(names(), names().list().ofMaxSize(2))
            .as(PlanItem.PinnedDim::new)
            .list()
            .ofMaxSize(3);
    return Arbitraries.oneOf(
        settings().map(axes -> new PlanItem.Mesh(axes, NOWHERE)),
        some(names()).map(axes -> new PlanItem.Layout(axes, NOWHERE)),
        Combinators.combine(names(), some(names()), some(names()), settings().injectNull(0.5))
            .as(
                (name, from, to, sizes) ->
                    new PlanItem.View(name, from, to, sizes == null ? List.of() : sizes, NOWHERE)),
        Combinators.combine(rules(), streamRules())
            .as((rules, stream) -> new PlanItem.Shard(rules, stream, NOWHERE)),
        Combinators.combine(Arbitraries.of(true, false), names(), names(), pinned)
            .as(
                (grad, block, tensor, dims) ->
                    new PlanItem.Pin(grad, block, tensor, dims, NOWHERE)),
        Combinators.combine(names(), settings())
            .as((cluster, settings) -> new PlanItem.On(cluster, settings, NOWHERE)));
  }

  private static Arbitrary<PlanItem> runningItems() {
    Arbitrary<PlanItem.What> what =
        Combinators.combine(names(), names().injectNull(0.5)).as(PlanItem.What::new);
    Arbitrary<PlanItem.TensorName> tensor =
        Combinators.combine(names(), names()).as(PlanItem.TensorName::new);
    Arbitrary<PlanItem.Run> run =
        Combinators.combine(expressions(2), expressions(2)).as(PlanItem.Run::new);
    Arbitrary<PlanItem.ExpertSetting> expert =
        Arbitraries.oneOf(
            Combinators.combine(names(), Arbitraries.of("8", "1.25"))
                .as(
                    (name, number) ->
                        new PlanItem.ExpertSetting(name, new BigDecimal(number), null, List.of())),
            Combinators.combine(
                    names(),
                    names(),
                    Combinators.combine(names(), Arbitraries.of("3", "0.5"))
                        .as(
                            (name, number) ->
                                new PlanItem.ExpertNumber(name, new BigDecimal(number)))
                        .list()
                        .ofMaxSize(2))
                .as(
                    (name, word, numbers) ->
                        new PlanItem.ExpertSetting(name, null, word, numbers)));
    return Arbitraries.oneOf(
        Combinators.combine(expressions(), expressions().injectNull(0.3))
            .as((batch, micro) -> new PlanItem.Batch(batch, micro, NOWHERE)),
        Combinators.combine(names(), settings().injectNull(0.5))
            .as(
                (kind, settings) ->
                    new PlanItem.Context(kind, settings == null ? List.of() : settings, NOWHERE)),
        Combinators.combine(names(), settings().injectNull(0.5))
            .as(
                (name, settings) ->
                    new PlanItem.Schedule(name, settings == null ? List.of() : settings, NOWHERE)),
        list(run).map(runs -> new PlanItem.Stages(false, runs, NOWHERE)),
        Arbitraries.just(new PlanItem.Stages(true, List.of(), NOWHERE)),
        Combinators.combine(list(what), expressions(2).injectNull(0.5))
            .as((all, every) -> new PlanItem.Recompute(all, every, NOWHERE)),
        list(tensor).map(tensors -> new PlanItem.Keep(tensors, NOWHERE)),
        Arbitraries.just(new PlanItem.Unfused(NOWHERE)),
        Arbitraries.just(new PlanItem.Forward(NOWHERE)),
        list(what).map(all -> new PlanItem.Freeze(all, NOWHERE)),
        Combinators.combine(list(names()), expressions(2))
            .as((axes, chunks) -> new PlanItem.Overlap(axes, chunks, NOWHERE)),
        Arbitraries.just(new PlanItem.OverlapExperts(NOWHERE)),
        list(names()).map(axes -> new PlanItem.AllReduce(axes, NOWHERE)),
        list(expert).map(settings -> new PlanItem.Experts(settings, NOWHERE)),
        Combinators.combine(
                names(),
                Arbitraries.of(true, false),
                names().list().ofMaxSize(2),
                shardedToo().list().ofMaxSize(2))
            .as(
                (name, clipped, axes, more) ->
                    new PlanItem.Optimizer(
                        name, clipped, axes, axes.isEmpty() ? List.of() : more, NOWHERE)),
        Combinators.combine(
                Arbitraries.of(PlanItem.Reduce.When.values()),
                quantities(),
                Arbitraries.of(true, false),
                Arbitraries.of(true, false))
            .as(
                (when, bucket, blocking, twoLevel) ->
                    new PlanItem.Reduce(
                        when,
                        when == PlanItem.Reduce.When.IN_BUCKETS ? bucket : null,
                        blocking && when != PlanItem.Reduce.When.IN_GAPS,
                        twoLevel,
                        NOWHERE)),
        Combinators.combine(formatNames(), formatsOf().list().ofMaxSize(3))
            .as((tensors, kinds) -> new PlanItem.NumberFormats(tensors, kinds, NOWHERE)));
  }

  private static Arbitrary<Name> formatNames() {
    return Combinators.combine(names(), Arbitraries.of("", " delayed", " rowwise", " blockwise"))
        .as((name, way) -> new Name(name.text() + way, NOWHERE));
  }

  private static Arbitrary<PlanItem.FormatOf> formatsOf() {
    return Combinators.combine(names(), formatNames()).as(PlanItem.FormatOf::new);
  }

  private static <T> Arbitrary<List<T>> list(Arbitrary<T> parts) {
    return parts.list().ofMinSize(1).ofMaxSize(3);
  }

  private static Arbitrary<Declaration.Plan> plans() {
    return Combinators.combine(
            names(),
            documentation(),
            names(),
            settings().injectNull(0.7),
            items().list().ofMaxSize(6))
        .as(
            (name, text, model, parameters, items) ->
                new Declaration.Plan(
                    name, text, model, parameters == null ? List.of() : parameters, items));
  }

  private static Arbitrary<Declaration.Sweep> sweeps() {
    Arbitrary<SweepItem> lines =
        Arbitraries.oneOf(
            Combinators.combine(names(), list(literals())).as(Trees::swept),
            Combinators.combine(names(), literals())
                .as((name, value) -> swept(name, List.of(value)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(together -> new SweepItem.Case(together, NOWHERE)),
            Combinators.combine(names(), expressions())
                .as((name, value) -> new SweepItem.Derived(name, value, NOWHERE)),
            expressions().map(condition -> new SweepItem.Condition(condition, NOWHERE)));
    return Combinators.combine(names(), documentation(), names(), lines.list().ofMaxSize(6))
        .as(Declaration.Sweep::new);
  }

  private static Arbitrary<Declaration.Search> searches() {
    Arbitrary<SweepItem> lines =
        Arbitraries.oneOf(
            Combinators.combine(names(), list(literals())).as(Trees::swept),
            Combinators.combine(flags(), names(), limits().injectNull(0.5))
                .as((most, measure, limit) -> new SweepItem.Aim(most, measure, limit, NOWHERE)));
    return Combinators.combine(names(), documentation(), names(), lines.list().ofMaxSize(6))
        .as(Declaration.Search::new);
  }

  private static Arbitrary<Declaration.Serve> serves() {
    Arbitrary<List<ServeItem.ServeFigure>> figures =
        Arbitraries.oneOf(
                Combinators.combine(names(), quantities())
                    .as((name, quantity) -> new ServeItem.ServeFigure(name, quantity, null)),
                Combinators.combine(names(), names())
                    .as((name, word) -> new ServeItem.ServeFigure(name, null, word)))
            .list()
            .ofMaxSize(3);
    Arbitrary<Quantity> rates =
        Arbitraries.integers()
            .between(0, 99)
            .map(rate -> new Quantity(BigDecimal.valueOf(rate, 1), "", NOWHERE));
    Arbitrary<Name> files =
        Arbitraries.of("a.csv", "b c.jsonl").map(text -> new Name(text, NOWHERE));
    Arbitrary<ServeItem.Pool> pool =
        Combinators.combine(
                names(), Arbitraries.longs().between(0, 99), names(), names().injectNull(0.5))
            .as((role, count, one, two) -> new ServeItem.Pool(role, count, one, two, NOWHERE));
    Arbitrary<ServeItem.Bound> bound =
        Combinators.combine(names(), names().injectNull(0.5), flags(), quantities())
            .as(
                (metric, share, most, limit) ->
                    new ServeItem.Bound(metric, share, most, limit, NOWHERE));
    Arbitrary<ServeItem> lines =
        Arbitraries.oneOf(
            pool.list().ofMinSize(1).ofMaxSize(3).map(all -> new ServeItem.Pools(all, NOWHERE)),
            figures.filter(all -> !all.isEmpty()).map(all -> new ServeItem.Transfer(all, NOWHERE)),
            Combinators.combine(names(), rates.injectNull(0.5), figures)
                .as((kind, rate, all) -> new ServeItem.Requests(kind, rate, null, all, NOWHERE)),
            Combinators.combine(names(), files, figures)
                .as((kind, file, all) -> new ServeItem.Requests(kind, null, file, all, NOWHERE)),
            Combinators.combine(names(), figures)
                .as((policy, all) -> new ServeItem.Batching(policy, all, NOWHERE)),
            Combinators.combine(names(), figures)
                .as((rule, all) -> new ServeItem.Route(rule, all, NOWHERE)),
            bound.list().ofMinSize(1).ofMaxSize(3).map(all -> new ServeItem.Goals(all, NOWHERE)));
    return Combinators.combine(names(), documentation(), names(), lines.list().ofMaxSize(6))
        .as(Declaration.Serve::new);
  }

  private static Arbitrary<SweepItem.Limit> limits() {
    return Combinators.combine(names(), flags(), quantities())
        .as((measure, most, quantity) -> new SweepItem.Limit(measure, most, quantity, NOWHERE));
  }

  private static Arbitrary<Boolean> flags() {
    return Arbitraries.of(true, false);
  }

  /** Numbers, which are none of a line even where they have the name of one. */
  private static SweepItem.Swept swept(Name name, List<Expression> values) {
    Name number = new Name("n_" + name, NOWHERE);
    List<SweepItem.Alternative> alternatives =
        values.stream()
            .map(
                value ->
                    new PlanChange.Value(
                        number.text(), value, ExpressionText.of(value), NOWHERE, List.of()))
            .map(change -> new SweepItem.Alternative(change, true))
            .toList();
    return new SweepItem.Swept(number, alternatives, NOWHERE);
  }

  private static Arbitrary<Declaration.Operation> operations() {
    Arbitrary<List<Name>> dims = names().list().ofMaxSize(3);
    Arbitrary<OperationClause.Costs> costs =
        Combinators.combine(expressions(2), expressions(2)).as(OperationClause.Costs::new);
    Arbitrary<OperationClause> clauses =
        Arbitraries.oneOf(
            costs.map(all -> new OperationClause.Backward(all, NOWHERE)),
            Arbitraries.just(new OperationClause.Linear(NOWHERE)),
            some(names()).map(all -> new OperationClause.Whole(all, NOWHERE)),
            Combinators.combine(expressions(2), names())
                .as((places, over) -> new OperationClause.Halo(places, over, NOWHERE)),
            Combinators.combine(
                    names(), dims.list().ofMinSize(1).ofMaxSize(2), costs.injectNull(0.5))
                .as((over, carry, all) -> new OperationClause.Scan(over, carry, all, NOWHERE)));
    return Combinators.combine(
            names(),
            documentation(),
            Combinators.combine(names(), dims.injectNull(0.3))
                .as(OperationClause.Parameter::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3),
            dims.injectNull(0.5),
            costs,
            clauses.list().ofMaxSize(3))
        .as(Declaration.Operation::new);
  }

  private static Arbitrary<Quantity> quantities() {
    return Combinators.combine(
            Arbitraries.of("0", "7", "450", "19.5", "1.50"),
            Arbitraries.of("%", "us", "GB/s", "TFLOPS"))
        .as((number, unit) -> new Quantity(new BigDecimal(number), unit, NOWHERE));
  }

  private static Arbitrary<Declaration.Device> devices() {
    Arbitrary<HardwareItem> lines =
        Arbitraries.oneOf(
            Combinators.combine(names(), quantities(), quantities().injectNull(0.5))
                .as((format, rate, share) -> new HardwareItem.Peak(format, rate, share, NOWHERE)),
            Combinators.combine(quantities(), quantities(), quantities().injectNull(0.5))
                .as((size, rate, share) -> new HardwareItem.Memory(size, rate, share, NOWHERE)),
            Combinators.combine(
                    names(), names().injectNull(0.5), figures().list().ofMinSize(1).ofMaxSize(3))
                .as((kind, format, all) -> new HardwareItem.Kernel(kind, format, all, NOWHERE)));
    return Combinators.combine(
            names(), documentation(), names().injectNull(0.5), lines.list().ofMaxSize(4))
        .as(Declaration.Device::new);
  }

  private static Arbitrary<HardwareItem.Figure> figures() {
    return Combinators.combine(names(), quantities(), Arbitraries.of(true, false))
        .as(
            (name, value, hasUnit) ->
                new HardwareItem.Figure(
                    name, hasUnit ? value : new Quantity(value.number(), "", value.span())));
  }

  private static Arbitrary<HardwareItem.Transfer> transfers() {
    return Combinators.combine(names(), figures().list().ofMinSize(1).ofMaxSize(3))
        .as((kind, all) -> new HardwareItem.Transfer(kind, all, NOWHERE));
  }

  private static Arbitrary<Declaration.Cluster> clusters() {
    Arbitrary<HardwareItem> lines =
        Arbitraries.oneOf(
            names().map(device -> new HardwareItem.UsesDevice(device, NOWHERE)),
            Combinators.combine(
                    names(),
                    expressions(),
                    quantities(),
                    quantities(),
                    transfers().list().ofMaxSize(2))
                .as(
                    (kind, size, rate, delay, reached) ->
                        new HardwareItem.Network(kind, size, rate, delay, reached, NOWHERE)));
    return Combinators.combine(names(), documentation(), settings(), lines.list().ofMaxSize(4))
        .as(Declaration.Cluster::new);
  }

  private static Arbitrary<PlanItem.ShardedToo> shardedToo() {
    return Arbitraries.oneOf(
        Arbitraries.of(true, false).map(sharded -> new PlanItem.Gradients(sharded, NOWHERE)),
        settings().map(settings -> new PlanItem.ShardedWeights(settings, NOWHERE)));
  }
}
