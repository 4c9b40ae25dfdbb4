package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.List;

/** Builds plans. */
final class PlanBuilder {
  private final Leaves leaves;

  PlanBuilder(Leaves leaves) {
    this.leaves = leaves;
  }

  List<Declaration.Plan> plan(TfmParser.PlanContext plan) {
    List<PlanItem> items = batches(Leaves.lines(plan.planItem(), this::item));
    TfmParser.PlanHeadContext head = plan.planHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Plan(
            leaves.name(head.name(0)),
            leaves.documentation(plan),
            leaves.name(head.name(1)),
            leaves.settings(head.settings()),
            items));
  }

  /** Joins a batch with the micro-batch that follows it. */
  private static List<PlanItem> batches(List<PlanItem> items) {
    List<PlanItem> joined = new ArrayList<>();
    for (PlanItem item : items) {
      int last = joined.size() - 1;
      if (item instanceof PlanItem.Batch micro
          && micro.batch() == null
          && last >= 0
          && joined.get(last) instanceof PlanItem.Batch batch
          && batch.microBatch() == null) {
        Span span = batch.span().to(micro.span());
        joined.set(last, new PlanItem.Batch(batch.batch(), micro.microBatch(), span));
      } else {
        joined.add(item);
      }
    }
    return List.copyOf(joined);
  }

  List<PlanItem> item(TfmParser.PlanItemContext item) {
    if (item.shard() != null) {
      return List.of(shard(item.shard()));
    }
    return Leaves.isWhole(item) ? List.of(single(item)) : List.of();
  }

  private PlanItem single(TfmParser.PlanItemContext item) {
    Span span = leaves.span(item);
    if (item.mesh() != null) {
      return new PlanItem.Mesh(leaves.settings(item.mesh().setting()), span);
    }
    if (item.layout() != null) {
      return new PlanItem.Layout(leaves.names(item.layout().name()), span);
    }
    if (item.view() != null) {
      return view(item.view(), span);
    }
    if (item.pin() != null) {
      return pin(item.pin(), span);
    }
    if (item.batch() != null) {
      return new PlanItem.Batch(leaves.expression(item.batch().expression()), null, span);
    }
    if (item.microBatch() != null) {
      return new PlanItem.Batch(null, leaves.expression(item.microBatch().expression()), span);
    }
    if (item.schedule() != null) {
      TfmParser.ScheduleContext schedule = item.schedule();
      return new PlanItem.Schedule(
          leaves.name(schedule.name()), leaves.settings(schedule.settings()), span);
    }
    if (item.optimizer() != null) {
      return optimizer(item.optimizer(), span);
    }
    if (item.allReduce() != null) {
      return new PlanItem.AllReduce(leaves.names(item.allReduce().axes().name()), span);
    }
    if (item.reduce() != null) {
      return reduce(item.reduce(), span);
    }
    return inference(item, span);
  }

  /** What a step of inference computes and keeps, and the rest. */
  private PlanItem inference(TfmParser.PlanItemContext item, Span span) {
    if (item.prefill() != null) {
      TfmParser.PrefillContext prefill = item.prefill();
      return new PlanItem.Prefill(
          leaves.expression(prefill.expression()), leaves.settings(prefill.settings()), span);
    }
    if (item.decode() != null) {
      return decode(item.decode(), span);
    }
    if (item.cache() != null) {
      TfmParser.CacheContext cache = item.cache();
      return new PlanItem.Cache(
          cache.cachedTensor().stream().map(this::cachedTensor).toList(),
          leaves.settings(cache.settings()),
          cache.ABSORBED() == null ? null : leaves.span(cache.ABSORBED().getSymbol()),
          span);
    }
    return memory(item, span);
  }

  private PlanItem.TensorName cachedTensor(TfmParser.CachedTensorContext tensor) {
    Name block = leaves.name(tensor.name(0));
    List<String> words = tensor.name().stream().skip(1).map(name -> name.getText()).toList();
    Span span =
        leaves.name(tensor.name(1)).span().to(leaves.name(tensor.name(words.size())).span());
    return new PlanItem.TensorName(block, new Name(String.join(".", words), span));
  }

  /** What decides on what is stored, and the rest. */
  private PlanItem memory(TfmParser.PlanItemContext item, Span span) {
    if (item.recompute() != null) {
      TfmParser.ExpressionContext every = item.recompute().expression();
      return new PlanItem.Recompute(
          item.recompute().what().stream().map(this::what).toList(),
          every == null ? null : leaves.expression(every),
          span);
    }
    if (item.keep() != null) {
      return new PlanItem.Keep(
          item.keep().tensorName().stream().map(this::tensorName).toList(), span);
    }
    if (item.unfused() != null) {
      return new PlanItem.Unfused(span);
    }
    if (item.freeze() != null) {
      return new PlanItem.Freeze(item.freeze().what().stream().map(this::what).toList(), span);
    }
    if (item.forward() != null) {
      return new PlanItem.Forward(span);
    }
    if (item.context() != null) {
      TfmParser.ContextContext context = item.context();
      return new PlanItem.Context(
          leaves.name(context.name()), leaves.settings(context.settings()), span);
    }
    if (item.stages() != null) {
      TfmParser.StagesContext stages = item.stages();
      return new PlanItem.Stages(
          stages.BALANCED() != null, stages.run().stream().map(this::run).toList(), span);
    }
    if (item.experts() != null) {
      return new PlanItem.Experts(
          item.experts().expertSetting().stream().map(this::expertSetting).toList(), span);
    }
    if (item.overlap() != null) {
      return overlap(item.overlap(), span);
    }
    if (item.dtype() != null) {
      return formats(item.dtype(), span);
    }
    if (item.usesEngine() != null) {
      return new PlanItem.UsesEngine(leaves.name(item.usesEngine().name()), span);
    }
    return new PlanItem.On(
        leaves.name(item.on().name()), leaves.settings(item.on().settings()), span);
  }

  private PlanItem overlap(TfmParser.OverlapContext overlap, Span span) {
    return overlap.axes() == null
        ? new PlanItem.OverlapExperts(span)
        : new PlanItem.Overlap(
            leaves.names(overlap.axes().name()), leaves.expression(overlap.expression()), span);
  }

  private PlanItem.View view(TfmParser.ViewContext view, Span span) {
    return new PlanItem.View(
        leaves.name(view.name()),
        leaves.names(view.regrouped(0).name()),
        leaves.names(view.regrouped(1).name()),
        leaves.settings(view.setting()),
        span);
  }

  private PlanItem.NumberFormats formats(TfmParser.DtypeContext dtype, Span span) {
    List<PlanItem.FormatOf> kinds =
        dtype.formatOf().stream()
            .map(of -> new PlanItem.FormatOf(leaves.name(of.name()), formatName(of.formatName())))
            .toList();
    return new PlanItem.NumberFormats(formatName(dtype.formatName()), kinds, span);
  }

  /** A format of one word or two, such as {@code fp8 blockwise}. */
  private Name formatName(TfmParser.FormatNameContext format) {
    Name name = leaves.name(format.name());
    if (format.getChildCount() == 1) {
      return name;
    }
    return new Name(name.text() + " " + format.getChild(1).getText(), leaves.span(format));
  }

  private PlanItem.Run run(TfmParser.RunContext run) {
    return new PlanItem.Run(
        leaves.expression(run.expression(0)), leaves.expression(run.expression(1)));
  }

  private PlanItem.What what(TfmParser.WhatContext what) {
    List<Name> names = leaves.names(what.name());
    return new PlanItem.What(names.get(0), names.size() > 1 ? names.get(1) : null);
  }

  private PlanItem.TensorName tensorName(TfmParser.TensorNameContext tensor) {
    return new PlanItem.TensorName(leaves.name(tensor.name(0)), leaves.name(tensor.name(1)));
  }

  private PlanItem.Decode decode(TfmParser.DecodeContext decode, Span span) {
    List<PlanItem.Setting> settings = new ArrayList<>();
    List<PlanItem.Share> shares = new ArrayList<>();
    if (decode.decodeSettings() != null) {
      for (TfmParser.DecodeSettingContext setting : decode.decodeSettings().decodeSetting()) {
        Name name = leaves.name(setting.name());
        if (setting.share() == null) {
          settings.add(new PlanItem.Setting(name, leaves.expression(setting.expression())));
        } else {
          shares.add(new PlanItem.Share(name, leaves.share(setting.share())));
        }
      }
    }
    return new PlanItem.Decode(leaves.expression(decode.expression()), settings, shares, span);
  }

  private PlanItem.ExpertSetting expertSetting(TfmParser.ExpertSettingContext setting) {
    Name name = leaves.name(setting.name(0));
    if (setting.number() != null) {
      return new PlanItem.ExpertSetting(name, leaves.number(setting.number()), null, List.of());
    }
    List<PlanItem.ExpertNumber> numbers = new ArrayList<>();
    if (setting.expertNumbers() != null) {
      for (TfmParser.ExpertNumberContext number : setting.expertNumbers().expertNumber()) {
        numbers.add(
            new PlanItem.ExpertNumber(leaves.name(number.name()), leaves.number(number.number())));
      }
    }
    return new PlanItem.ExpertSetting(name, null, leaves.name(setting.name(1)), numbers);
  }

  private PlanItem.Optimizer optimizer(TfmParser.OptimizerContext optimizer, Span span) {
    Name algorithm = leaves.name(optimizer.name());
    boolean clipped = optimizer.CLIPPED() != null;
    TfmParser.ShardingContext sharding = optimizer.sharding();
    if (sharding == null) {
      return new PlanItem.Optimizer(algorithm, clipped, List.of(), List.of(), span);
    }
    List<PlanItem.ShardedToo> more = sharding.shardedToo().stream().map(this::shardedToo).toList();
    return new PlanItem.Optimizer(
        algorithm, clipped, leaves.names(sharding.axes().name()), more, span);
  }

  private PlanItem.ShardedToo shardedToo(TfmParser.ShardedTooContext too) {
    return too.WEIGHTS() == null
        ? new PlanItem.Gradients(too.SHARDED() != null, leaves.span(too))
        : new PlanItem.ShardedWeights(leaves.settings(too.settings()), leaves.span(too));
  }

  private PlanItem.Reduce reduce(TfmParser.ReduceContext reduce, Span span) {
    PlanItem.Reduce.When when = PlanItem.Reduce.When.AT_END;
    if (reduce.PER() != null) {
      when = PlanItem.Reduce.When.PER_LAYER;
    } else if (reduce.BUCKETS() != null) {
      when = PlanItem.Reduce.When.IN_BUCKETS;
    } else if (reduce.GAPS() != null) {
      when = PlanItem.Reduce.When.IN_GAPS;
    }
    return new PlanItem.Reduce(
        when,
        reduce.quantity() == null ? null : leaves.quantity(reduce.quantity()),
        reduce.BLOCKING() != null,
        reduce.TWO_LEVEL() != null,
        span);
  }

  private PlanItem.Shard shard(TfmParser.ShardContext shard) {
    List<PlanItem.Rule> rules = new ArrayList<>();
    List<PlanItem.Rule> stream = new ArrayList<>();
    for (TfmParser.ShardLineContext line : shard.shardLine()) {
      if (Leaves.isWhole(line)) {
        (line.STREAM() == null ? rules : stream).add(rule(line));
      }
    }
    return new PlanItem.Shard(
        List.copyOf(rules), List.copyOf(stream), leaves.span(shard.shardHead()));
  }

  /** A list of one rule. */
  PlanItem.Shard shard(TfmParser.ShardLineContext line) {
    List<PlanItem.Rule> rule = List.of(rule(line));
    boolean isStream = line.STREAM() != null;
    return new PlanItem.Shard(
        isStream ? List.of() : rule, isStream ? rule : List.of(), leaves.span(line));
  }

  private PlanItem.Rule rule(TfmParser.ShardLineContext line) {
    TfmParser.ShardRuleContext rule = line.shardRule();
    TfmParser.PaddingContext padding = line.padding();
    return new PlanItem.Rule(
        leaves.names(rule.name()),
        leaves.names(rule.axes().name()),
        padding == null ? null : padding(padding));
  }

  private PlanItem.Padding padding(TfmParser.PaddingContext padding) {
    TfmParser.ExpressionContext multiple = padding.expression();
    return new PlanItem.Padding(
        multiple == null ? null : leaves.expression(multiple), leaves.span(padding));
  }

  private PlanItem.Pin pin(TfmParser.PinContext pin, Span span) {
    List<PlanItem.PinnedDim> dims = new ArrayList<>();
    for (TfmParser.PinnedDimContext dim : pin.pinnedDim()) {
      List<Name> names = leaves.names(dim.name());
      dims.add(new PlanItem.PinnedDim(names.get(0), names.subList(1, names.size())));
    }
    return new PlanItem.Pin(
        pin.GRAD() != null,
        leaves.name(pin.name(0)),
        leaves.name(pin.name(1)),
        List.copyOf(dims),
        span);
  }
}
