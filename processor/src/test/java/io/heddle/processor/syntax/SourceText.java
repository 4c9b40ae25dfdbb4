package io.heddle.processor.syntax;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes declarations as text of the language. */
final class SourceText {
  private final StringBuilder text = new StringBuilder("tfm 1\n");

  static String of(List<Declaration> declarations) {
    SourceText writer = new SourceText();
    declarations.forEach(writer::declaration);
    return writer.text.toString();
  }

  private void declaration(Declaration declaration) {
    if (declaration instanceof Declaration.Model model) {
      open(model.documentation(), "model " + model.name());
      model.members().forEach(this::member);
    } else if (declaration instanceof Declaration.DerivedModel model) {
      comment(model.documentation());
      String base = model.base() + arguments(model.parameters());
      line("model " + model.name() + " = " + base);
      return;
    } else if (declaration instanceof Declaration.Plan plan) {
      String head = plan.name() + " of " + plan.model() + arguments(plan.parameters());
      open(plan.documentation(), "plan " + head);
      plan.items().forEach(item -> line(item(item)));
    } else if (declaration instanceof Declaration.Sweep sweep) {
      open(sweep.documentation(), "sweep " + sweep.name() + " of " + sweep.plan());
      sweep.items().forEach(item -> line(item(item)));
    } else if (declaration instanceof Declaration.Search search) {
      open(search.documentation(), "search " + search.name() + " of " + search.plan());
      search.items().forEach(item -> line(item(item)));
    } else if (declaration instanceof Declaration.Serve serve) {
      open(serve.documentation(), "serve " + serve.name() + " of " + serve.model());
      serve.items().forEach(item -> line(item(item)));
    } else if (declaration instanceof Declaration.Operation operation) {
      operation(operation);
      return;
    } else if (declaration instanceof Declaration.Device device) {
      String of = device.base() == null ? "" : " of " + device.base();
      open(device.documentation(), "device " + device.name() + of);
      device.items().forEach(item -> line(item(item)));
    } else if (declaration instanceof Declaration.Cluster cluster) {
      open(cluster.documentation(), "cluster " + cluster.name() + arguments(cluster.parameters()));
      cluster.items().forEach(item -> line(item(item)));
    }
    line("}");
  }

  private static String item(ServeItem item) {
    if (item instanceof ServeItem.Pools pools) {
      return "pool " + joined(pools.pools(), SourceText::pool);
    } else if (item instanceof ServeItem.Transfer transfer) {
      return "transfer " + serveFigures(transfer.figures());
    } else if (item instanceof ServeItem.Requests requests) {
      String amount = requests.amount() == null ? "" : requests.amount().number() + " ";
      String file = requests.file() == null ? "" : "\"" + requests.file() + "\" ";
      return "requests " + requests.kind() + " " + amount + file + serveFigures(requests.figures());
    } else if (item instanceof ServeItem.Batching batching) {
      return "batching " + batching.policy() + serveFigures(batching.figures());
    } else if (item instanceof ServeItem.Route route) {
      return "route " + route.rule() + serveFigures(route.figures());
    }
    return "goal " + joined(((ServeItem.Goals) item).bounds(), SourceText::bound);
  }

  private static <T> String joined(List<T> parts, Function<T, String> text) {
    return parts.stream().map(text).collect(Collectors.joining(", "));
  }

  private static String pool(ServeItem.Pool pool) {
    String second = pool.second() == null ? "" : " and " + pool.second();
    return pool.role() + " " + pool.count() + " of " + pool.plan() + second;
  }

  private static String bound(ServeItem.Bound bound) {
    String share = bound.share() == null ? "" : " " + bound.share();
    return bound.metric() + share + (bound.isMost() ? " <= " : " >= ") + quantity(bound.limit());
  }

  private static String serveFigures(List<ServeItem.ServeFigure> figures) {
    return figures.isEmpty() ? "" : " (" + joined(figures, SourceText::figure) + ")";
  }

  private static String figure(ServeItem.ServeFigure figure) {
    return figure.name()
        + " = "
        + (figure.quantity() == null ? figure.word() : quantity(figure.quantity()));
  }

  private void operation(Declaration.Operation operation) {
    comment(operation.documentation());
    List<String> parameters =
        operation.parameters().stream().map(each -> each.name() + dims(each.dims())).toList();
    line("op " + operation.name() + "(" + String.join(", ", parameters) + ")");
    if (operation.result() != null) {
      line("-> " + dims(operation.result()));
    }
    line(costs(operation.costs()));
    operation.clauses().forEach(clause -> line(clause(clause)));
  }

  private static String costs(OperationClause.Costs costs) {
    return "flops " + expression(costs.flops()) + " bytes " + expression(costs.bytes());
  }

  private static String clause(OperationClause clause) {
    if (clause instanceof OperationClause.Backward backward) {
      return "backward " + costs(backward.costs());
    }
    if (clause instanceof OperationClause.Whole whole) {
      return "whole over " + names(whole.dims(), ", ");
    }
    if (clause instanceof OperationClause.Halo halo) {
      return "halo " + expression(halo.places()) + " over " + halo.over();
    }
    if (clause instanceof OperationClause.Scan scan) {
      List<String> carry = scan.carry().stream().map(SourceText::dims).toList();
      String costs = scan.costs() == null ? "" : " " + costs(scan.costs());
      return "scan over " + scan.over() + " carry " + String.join(", ", carry) + costs;
    }
    return "linear";
  }

  private void comment(String documentation) {
    if (!documentation.isEmpty()) {
      documentation.lines().forEach(comment -> line("/// " + comment));
    }
  }

  private void open(String documentation, String head) {
    comment(documentation);
    line(head + " {");
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  private void member(ModelMember member) {
    if (member instanceof ModelMember.Block block) {
      open(block.documentation(), "block " + block.name() + "(" + tensors(block.arguments()) + ")");
      block.statements().forEach(statement -> line(statement(statement)));
      line("}");
    } else if (member instanceof ModelMember.Stream stream) {
      open("", "stream " + stream.name());
      stream.lines().forEach(this::member);
      line("}");
    } else {
      line(single(member));
    }
  }

  private static String single(ModelMember member) {
    if (member instanceof ModelMember.Parameter parameter) {
      return "param " + parameter.name() + " = " + expression(parameter.value());
    }
    if (member instanceof ModelMember.Dimension dim) {
      return "dim " + dim.name() + (dim.size() == null ? "" : " = " + expression(dim.size()));
    }
    if (member instanceof ModelMember.Embed embed) {
      String tied = embed.tied() == null ? "" : "tied " + embed.tied();
      String between = embed.tied() == null || embed.tables().isEmpty() ? "" : ", ";
      return "embed " + tied + between + tensors(embed.tables()) + norm(embed.norm());
    }
    if (member instanceof ModelMember.Begin begin) {
      return "begin " + used(begin.block());
    }
    if (member instanceof ModelMember.End end) {
      return "end " + used(end.block());
    }
    if (member instanceof ModelMember.Stack stack) {
      return "stack " + expression(stack.repetitions()) + " of " + pattern(stack.pattern());
    }
    if (member instanceof ModelMember.Head head) {
      String what = head.weight() == null ? "tied " + head.tied() : tensor(head.weight());
      return "head " + what + norm(head.norm());
    }
    ModelMember.Require require = (ModelMember.Require) member;
    return "require " + expression(require.condition()) + " : \"" + require.message() + "\"";
  }

  private static String pattern(List<ModelMember.Layers> pattern) {
    if (pattern.size() == 1 && pattern.get(0).count() == null) {
      return useds(pattern.get(0).blocks());
    }
    return pattern.stream()
        .map(
            layers ->
                (layers.count() == null ? "" : expression(layers.count()) + " of ")
                    + ("(" + useds(layers.blocks()) + ")"))
        .collect(Collectors.joining(", ", "cycle(", ")"));
  }

  private static String useds(List<ModelMember.Used> blocks) {
    return blocks.stream().map(SourceText::used).collect(Collectors.joining(", "));
  }

  private static String used(ModelMember.Used used) {
    String feeds =
        used.feeds().stream()
            .map(fed -> fed.argument() + " = " + fed.stream())
            .collect(Collectors.joining(", "));
    return (used.isShared() ? "shared " : "")
        + used.block()
        + (feeds.isEmpty() ? "" : "(" + feeds + ")");
  }

  private static String norm(ModelMember.@Nullable Norm norm) {
    return norm == null ? "" : " norm " + norm.name() + arguments(norm.settings());
  }

  private static String statement(Statement statement) {
    if (statement instanceof Statement.Weights weights) {
      return "weight " + tensors(weights.weights());
    }
    if (statement instanceof Statement.Input input) {
      return "input " + tensor(input.tensor());
    }
    if (statement instanceof Statement.Fused fused) {
      String body =
          fused.assignments().stream()
              .map(line -> statement(line) + "\n")
              .collect(Collectors.joining("", "{\n", "}"));
      return "fused " + fused.name() + " " + body;
    }
    if (statement instanceof Statement.Return returned) {
      return "return " + term(returned.value());
    }
    Statement.Assignment assignment = (Statement.Assignment) statement;
    return assignment.target() + dims(assignment.dims()) + " = " + term(assignment.value());
  }

  private static String term(Term term) {
    if (term instanceof Term.Rename rename) {
      return rename.tensor() + "[" + rename.from() + " -> " + rename.to() + "]";
    }
    if (term instanceof Term.Product product) {
      return "(" + term(product.left()) + " * " + term(product.right()) + ")";
    }
    if (term instanceof Term.Sum sum) {
      return "(" + term(sum.left()) + (sum.minus() ? " - " : " + ") + term(sum.right()) + ")";
    }
    if (term instanceof Term.Call call) {
      return call.arguments().stream()
          .map(SourceText::argument)
          .collect(Collectors.joining(", ", call.function() + "(", ")"));
    }
    if (term instanceof Term.Scalar scalar) {
      return BigDecimal.valueOf(scalar.value()).toPlainString();
    }
    return ((Term.Reference) term).name().text();
  }

  private static String argument(Term.Argument argument) {
    if (argument instanceof Term.Argument.Named named) {
      String keys = named.keys() == null ? "" : " : " + named.keys();
      return named.name() + " = " + expression(named.value()) + keys;
    }
    return term(((Term.Argument.Positional) argument).term());
  }

  private static String item(PlanItem item) {
    if (item instanceof PlanItem.Mesh mesh) {
      return "mesh " + settings(mesh.axes());
    }
    if (item instanceof PlanItem.Layout layout) {
      return "layout " + names(layout.axes(), " > ");
    }
    if (item instanceof PlanItem.View view) {
      String where = view.sizes().isEmpty() ? "" : " where " + settings(view.sizes());
      String names = "(" + names(view.from(), " ") + ") = (" + names(view.to(), " ") + ")";
      return "view " + view.name() + ": " + names + where;
    }
    if (item instanceof PlanItem.Shard shard) {
      return "shard {" + rules(" ", shard.rules()) + rules(" stream: ", shard.stream()) + "}";
    }
    if (item instanceof PlanItem.Pin pin) {
      String dims = pin.dims().stream().map(SourceText::pinned).collect(Collectors.joining(" "));
      String place = pin.block() + "." + pin.tensor() + "[" + dims + "]";
      return (pin.gradient() ? "pin grad " : "pin ") + place;
    }
    if (item instanceof PlanItem.Batch batch) {
      String micro =
          batch.microBatch() == null ? "" : " micro_batch " + expression(batch.microBatch());
      return (batch.batch() == null ? "" : "batch " + expression(batch.batch())) + micro;
    }
    if (item instanceof PlanItem.Schedule schedule) {
      return "schedule " + schedule.name() + arguments(schedule.settings());
    }
    if (item instanceof PlanItem.Optimizer optimizer) {
      String over = optimizer.shardedOver().isEmpty() ? "" : " sharded over ";
      return "optimizer "
          + optimizer.algorithm()
          + (optimizer.clipped() ? " clipped" : "")
          + over
          + names(optimizer.shardedOver(), ", ")
          + optimizer.more().stream().map(SourceText::shardedToo).collect(Collectors.joining());
    }
    if (item instanceof PlanItem.Reduce reduce) {
      return "reduce "
          + reduce.when().name().toLowerCase(Locale.ROOT).replace('_', ' ')
          + (reduce.bucket() == null ? "" : " of " + quantity(reduce.bucket()))
          + (reduce.blocking() ? " blocking" : "")
          + (reduce.twoLevel() ? " two_level" : "");
    }
    if (item instanceof PlanItem.NumberFormats formats) {
      return "dtype "
          + formats.tensors()
          + formats.kinds().stream()
              .map(of -> ", " + of.kind() + " " + of.format())
              .collect(Collectors.joining());
    }
    if (item instanceof PlanItem.On on) {
      return "on " + on.cluster() + arguments(on.settings());
    }
    return memory(item);
  }

  private static String memory(PlanItem item) {
    if (item instanceof PlanItem.Context context) {
      return "context " + context.kind() + arguments(context.settings());
    }
    if (item instanceof PlanItem.Stages stages) {
      return "stages "
          + (stages.balanced() ? "balanced" : "")
          + list(
              stages.runs(), run -> expression(run.stages()) + " of " + expression(run.layers()));
    }
    if (item instanceof PlanItem.Freeze freeze) {
      return "freeze " + list(freeze.what(), SourceText::what);
    }
    if (item instanceof PlanItem.Recompute recompute) {
      return "recompute "
          + list(recompute.what(), SourceText::what)
          + (recompute.every() == null ? "" : " every " + expression(recompute.every()));
    }
    if (item instanceof PlanItem.Keep keep) {
      return "keep " + list(keep.tensors(), name -> name.block() + "." + name.tensor());
    }
    if (item instanceof PlanItem.Overlap overlap) {
      return "overlap " + names(overlap.axes(), ", ") + " chunks " + expression(overlap.chunks());
    }
    if (item instanceof PlanItem.OverlapExperts) {
      return "overlap experts";
    }
    if (item instanceof PlanItem.AllReduce sums) {
      return "all_reduce two_level over " + names(sums.axes(), ", ");
    }
    if (item instanceof PlanItem.Experts experts) {
      return "experts "
          + list(
              experts.settings(),
              setting ->
                  setting.name()
                      + " = "
                      + (setting.number() == null
                          ? setting.word() + numbers(setting.numbers())
                          : setting.number()));
    }
    return item instanceof PlanItem.Forward ? "forward" : "unfused";
  }

  private static String numbers(List<PlanItem.ExpertNumber> numbers) {
    return numbers.isEmpty()
        ? ""
        : "(" + list(numbers, each -> each.name() + " = " + each.number()) + ")";
  }

  private static String what(PlanItem.What what) {
    return what.block() + (what.statement() == null ? "" : "." + what.statement());
  }

  private static <T> String list(List<T> parts, Function<T, String> text) {
    return parts.stream().map(text).collect(Collectors.joining(", "));
  }

  private static String limit(SweepItem.@Nullable Limit limit) {
    return limit == null
        ? ""
        : " when %s %s %s"
            .formatted(limit.measure(), limit.isMost() ? "<=" : ">=", quantity(limit.quantity()));
  }

  private static String item(SweepItem item) {
    if (item instanceof SweepItem.Swept swept) {
      return swept.name() + " in " + list(swept.alternatives(), one -> one.change().text());
    }
    if (item instanceof SweepItem.Case one) {
      return "case "
          + list(
              one.together(),
              part -> part.name() + " = " + part.alternatives().get(0).change().text());
    }
    if (item instanceof SweepItem.Derived derived) {
      return derived.name() + " = " + expression(derived.value());
    }
    if (item instanceof SweepItem.Aim aim) {
      return (aim.isMost() ? "maximize " : "minimize ") + aim.measure() + limit(aim.limit());
    }
    return "keep when " + expression(((SweepItem.Condition) item).condition());
  }

  private static String rules(String prefix, List<PlanItem.Rule> rules) {
    return rules.stream().map(rule -> prefix + rule(rule)).collect(Collectors.joining());
  }

  static String rule(PlanItem.Rule rule) {
    return names(rule.dims(), " ") + " over " + names(rule.axes(), ", ") + padding(rule.padding());
  }

  private static String padding(PlanItem.@Nullable Padding padding) {
    if (padding == null) {
      return "";
    }
    return " padded" + (padding.multiple() == null ? "" : " to " + expression(padding.multiple()));
  }

  private static String pinned(PlanItem.PinnedDim dim) {
    return dim.axes().stream()
        .map(axis -> "/" + axis)
        .collect(Collectors.joining("", dim.dim() + "", ""));
  }

  private static String item(HardwareItem item) {
    if (item instanceof HardwareItem.Peak peak) {
      return "peak " + peak.format() + " " + quantity(peak.rate()) + at(peak.efficiency());
    }
    if (item instanceof HardwareItem.Memory memory) {
      return "memory "
          + quantity(memory.capacity())
          + at(memory.bandwidth())
          + at(memory.efficiency());
    }
    if (item instanceof HardwareItem.Kernel kernel) {
      return "kernel "
          + kernel.kind()
          + (kernel.format() == null ? "" : " " + kernel.format())
          + figures(kernel.figures());
    }
    if (item instanceof HardwareItem.UsesDevice uses) {
      return "device " + uses.device();
    }
    HardwareItem.Network network = (HardwareItem.Network) item;
    return "network "
        + network.topology()
        + " "
        + expression(network.size())
        + at(network.bandwidth())
        + " latency "
        + quantity(network.latency())
        + transfers(network.transfers());
  }

  private static String transfers(List<HardwareItem.Transfer> transfers) {
    return transfers.isEmpty()
        ? ""
        : transfers.stream()
            .map(transfer -> transfer.kind() + figures(transfer.figures()))
            .collect(Collectors.joining("\n", " {\n", "\n}"));
  }

  private static String figures(List<HardwareItem.Figure> figures) {
    return figures.stream()
        .map(figure -> figure.name() + " = " + quantity(figure.value()))
        .collect(Collectors.joining(", ", " (", ")"));
  }

  private static String at(@Nullable Quantity quantity) {
    return quantity == null ? "" : " at " + quantity(quantity);
  }

  private static String quantity(Quantity quantity) {
    return quantity.number().toPlainString() + " " + quantity.unit();
  }

  private static String expression(Expression expression) {
    if (expression instanceof Expression.Binary binary) {
      String operator = " " + binary.operator().symbol() + " ";
      return "(" + expression(binary.left()) + operator + expression(binary.right()) + ")";
    }
    if (expression instanceof Expression.Call call) {
      return call.arguments().stream()
          .map(SourceText::expression)
          .collect(Collectors.joining(", ", call.function() + "(", ")"));
    }
    if (expression instanceof Expression.Literal literal) {
      return Long.toString(literal.value());
    }
    return ((Expression.Reference) expression).name().text();
  }

  private static String arguments(List<PlanItem.Setting> settings) {
    return settings.isEmpty() ? "" : "(" + settings(settings) + ")";
  }

  private static String settings(List<PlanItem.Setting> settings) {
    return settings.stream()
        .map(setting -> setting.name() + " = " + expression(setting.value()))
        .collect(Collectors.joining(", "));
  }

  private static String tensors(List<TensorSyntax> tensors) {
    return tensors.stream().map(SourceText::tensor).collect(Collectors.joining(", "));
  }

  private static String tensor(TensorSyntax tensor) {
    return tensor.name() + dims(tensor.dims());
  }

  private static String dims(@Nullable List<Name> dims) {
    return dims == null ? "" : "[" + names(dims, " ") + "]";
  }

  private static String names(List<Name> names, String separator) {
    return names.stream().map(Name::text).collect(Collectors.joining(separator));
  }

  private static String shardedToo(PlanItem.ShardedToo too) {
    if (too instanceof PlanItem.ShardedWeights weights) {
      return ", weights sharded" + arguments(weights.settings());
    }
    return ((PlanItem.Gradients) too).sharded() ? ", gradients sharded" : ", gradients whole";
  }
}
