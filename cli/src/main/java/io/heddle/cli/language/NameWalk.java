package io.heddle.cli.language;

import io.heddle.cli.language.Symbol.Kind;
import io.heddle.grammar.TfmLexer;
import io.heddle.grammar.TfmParser;
import io.heddle.plan.expert.ExpertLoad;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.diagnose.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/** Finds the names of a file, and what each can mean where it stands. */
final class NameWalk {
  /** Owners of the tables of an embedding, and of the weight of a head. */
  static final String EMBED = ".embed";

  static final String HEAD = ".head";

  private final Source source;
  private final List<Occurrence> found = new ArrayList<>();
  private final Map<String, String> models = new HashMap<>();

  /** The model, plan, cluster or operation that is walked through, as an owner. */
  private String owner = "";

  /** Who owns what a plan calls by names of its model. */
  private String model = "";

  private String block = "";

  NameWalk(Source source) {
    this.source = source;
  }

  /** The names, in their order. */
  List<Occurrence> found() {
    return List.copyOf(found);
  }

  /** What plans and derived models are of, by their names with {@code @} before those of plans. */
  Map<String, String> models() {
    return Map.copyOf(models);
  }

  void file(TfmParser.FileContext file) {
    for (TfmParser.TopLevelContext line : file.topLevel()) {
      owner = "";
      model = "";
      block = "";
      walk(line);
    }
  }

  private void walk(@Nullable ParseTree tree) {
    if (tree == null) {
      return;
    }
    if (tree instanceof TfmParser.ModelHeadContext head) {
      owner = model = declare(head.name(), Kind.MODEL, "");
    } else if (tree instanceof TfmParser.DerivationContext derived) {
      models.put(owner, text(derived.name()));
      refer(derived.name(), new Symbol(Kind.MODEL, "", text(derived.name())));
      settings(derived.settings(), Kind.PARAMETER, text(derived.name()));
    } else if (tree instanceof TfmParser.ParameterContext parameter) {
      declare(parameter.name(), Kind.PARAMETER, owner);
      walk(parameter.expression());
    } else if (tree instanceof TfmParser.DimensionContext dimension) {
      declare(dimension.name(), Kind.DIMENSION, owner);
      walk(dimension.expression());
    } else if (tree instanceof TfmParser.BlockHeadContext head) {
      block = owner + "." + declare(head.name(), Kind.BLOCK, owner);
      walk(head.tensors());
    } else if (tree instanceof TfmParser.StreamHeadContext head) {
      declare(head.name(), Kind.STREAM, owner);
    } else if (tree instanceof TfmParser.UsedContext used) {
      refer(used.name(), new Symbol(Kind.BLOCK, model, text(used.name())));
      used.fed().forEach(this::fed);
    } else if (tree instanceof TfmParser.EmbedContext embed) {
      block = owner + EMBED;
      if (embed.TIED() != null) {
        refer(embed.name(), new Symbol(Kind.TENSOR, owner + EMBED, text(embed.name())));
      }
      walk(embed.tensors());
    } else if (tree instanceof TfmParser.HeadContext head) {
      block = owner + HEAD;
      if (head.TIED() != null) {
        refer(head.name(), new Symbol(Kind.TENSOR, owner + EMBED, text(head.name())));
      }
      walk(head.tensor());
    } else if (tree instanceof TfmParser.TensorContext tensor) {
      declare(tensor.name(), Kind.TENSOR, block);
      walk(tensor.dims());
    } else if (tree instanceof TfmParser.DimsContext dims) {
      dims.name().forEach(this::dimension);
    } else if (tree instanceof TfmParser.FusedHeadContext head) {
      declare(head.name(), Kind.KERNEL, block);
    } else if (tree instanceof TfmParser.AssignmentContext assignment) {
      declare(assignment.name(), Kind.TENSOR, block);
      walk(assignment.dims());
      walk(assignment.term());
    } else if (tree instanceof TfmParser.OperationContext operation) {
      refer(operation.name(), new Symbol(Kind.OPERATION, "", text(operation.name())));
      operation.argument().forEach(this::walk);
    } else if (tree instanceof TfmParser.ArgumentContext argument) {
      argument(argument);
    } else if (tree instanceof TfmParser.RenameContext rename) {
      tensor(rename.name(0));
      dimension(rename.name(1));
      dimension(rename.name(2));
    } else if (tree instanceof TfmParser.TensorReferenceContext reference) {
      tensor(reference.name());
    } else if (tree instanceof TfmParser.ReferenceContext reference) {
      number(reference.name());
    } else if (tree instanceof TfmParser.CallContext call) {
      call.expression().forEach(this::walk);
    } else if (!plan(tree) && !rest(tree)) {
      children(tree);
    }
  }

  private void children(ParseTree tree) {
    boolean names = isListOfBlocks(tree);
    for (int i = 0; i < tree.getChildCount(); i++) {
      ParseTree child = tree.getChild(i);
      if (names && child instanceof TfmParser.NameContext name) {
        refer(name, new Symbol(Kind.BLOCK, model, text(name)));
      } else {
        walk(child);
      }
    }
  }

  private static boolean isListOfBlocks(ParseTree tree) {
    return tree instanceof TfmParser.NamesContext;
  }

  /** What a block takes, and the stream that it is. */
  private void fed(TfmParser.FedContext fed) {
    TfmParser.UsedContext used = (TfmParser.UsedContext) fed.getParent();
    refer(fed.name(0), new Symbol(Kind.TENSOR, model + "." + text(used.name()), text(fed.name(0))));
    refer(fed.name(1), new Symbol(Kind.STREAM, model, text(fed.name(1))));
  }

  private void argument(TfmParser.ArgumentContext argument) {
    walk(argument.term());
    walk(argument.expression());
    if (argument.name().size() > 1) {
      dimension(argument.name(1));
    }
  }

  /** Lines of plans; false if it is none. */
  private boolean plan(ParseTree tree) {
    if (tree instanceof TfmParser.PlanHeadContext head) {
      owner = declare(head.name(0), Kind.PLAN, "");
      model = text(head.name(1));
      models.put("@" + owner, model);
      refer(head.name(1), new Symbol(Kind.MODEL, "", model));
      settings(head.settings(), Kind.PARAMETER, model);
    } else if (tree instanceof TfmParser.MeshContext mesh) {
      mesh.setting().forEach(axis -> declare(axis.name(), Kind.AXIS, owner));
      mesh.setting().forEach(axis -> walk(axis.expression()));
    } else if (tree instanceof TfmParser.LayoutContext layout) {
      layout.name().forEach(this::axis);
    } else if (tree instanceof TfmParser.ViewContext view) {
      view(view);
    } else if (tree instanceof TfmParser.ShardRuleContext rule) {
      rule.name().forEach(this::dimension);
      walk(rule.axes());
    } else if (tree instanceof TfmParser.AxesContext axes) {
      axes.name().forEach(this::axis);
    } else if (tree instanceof TfmParser.PinContext pin) {
      ofBlock(pin.name(0), pin.name(1));
      pin.pinnedDim().forEach(this::walk);
    } else if (tree instanceof TfmParser.PinnedDimContext dim) {
      dimension(dim.name(0));
      dim.name().stream().skip(1).forEach(this::axis);
    } else if (tree instanceof TfmParser.WhatContext what) {
      ofBlock(what.name(0), what.name(1));
    } else if (tree instanceof TfmParser.TensorNameContext name) {
      ofBlock(name.name(0), name.name(1));
    } else if (tree instanceof TfmParser.UsesEngineContext uses) {
      refer(uses.name(), new Symbol(Kind.ENGINE, "", text(uses.name())));
    } else if (tree instanceof TfmParser.ExpertSettingContext setting) {
      expertSetting(setting);
    } else if (tree instanceof TfmParser.OnContext on) {
      refer(on.name(), new Symbol(Kind.CLUSTER, "", text(on.name())));
      settings(on.settings(), Kind.PARAMETER, text(on.name()));
    } else if (tree instanceof TfmParser.ScheduleContext
        || tree instanceof TfmParser.ContextContext) {
      children(tree);
    } else {
      return false;
    }
    return true;
  }

  /** A load that is no word of the language is one that is declared. */
  private void expertSetting(TfmParser.ExpertSettingContext setting) {
    if (setting.name().size() > 1
        && text(setting.name(0)).equals("load")
        && !ExpertLoad.WORDS.contains(text(setting.name(1)))) {
      refer(setting.name(1), new Symbol(Kind.LOAD, "", text(setting.name(1))));
    }
  }

  private void view(TfmParser.ViewContext view) {
    declare(view.name(), Kind.VIEW, owner);
    if (view.regrouped().size() == 2) {
      view.regrouped(0).name().forEach(this::axis);
      view.regrouped(1).name().forEach(axis -> declare(axis, Kind.AXIS, owner));
    }
    view.setting().forEach(size -> axis(size.name()));
    view.setting().forEach(size -> walk(size.expression()));
  }

  /** What is neither of models nor of plans; false if it is none of that. */
  private boolean rest(ParseTree tree) {
    if (tree instanceof TfmParser.SweepHeadContext head) {
      declare(head.name(0), Kind.SWEEP, "");
      varied(head.name(1));
    } else if (tree instanceof TfmParser.SearchHeadContext head) {
      declare(head.name(0), Kind.SEARCH, "");
      varied(head.name(1));
    } else if (tree instanceof TfmParser.ServeHeadContext head) {
      declare(head.name(0), Kind.SERVE, "");
      refer(head.name(1), new Symbol(Kind.MODEL, "", text(head.name(1))));
    } else if (tree instanceof TfmParser.PoolContext pool) {
      pool.name().stream()
          .skip(1)
          .forEach(plan -> refer(plan, new Symbol(Kind.PLAN, "", text(plan))));
    } else if (tree instanceof TfmParser.SweptNameContext name) {
      name.name().forEach(this::number);
    } else if (tree instanceof TfmParser.DerivedContext derived) {
      number(derived.name());
      walk(derived.expression());
    } else if (tree instanceof TfmParser.EnclosedContext enclosed) {
      enclosed(enclosed);
    } else if (tree instanceof TfmParser.OperationDeclarationContext operation) {
      operation(operation);
    } else if (tree instanceof TfmParser.DeviceHeadContext head) {
      head(head.name(), Kind.DEVICE);
    } else if (tree instanceof TfmParser.EngineHeadContext head) {
      head(head.name(), Kind.ENGINE);
    } else if (tree instanceof TfmParser.LoadHeadContext head) {
      declare(head.name(), Kind.LOAD, "");
    } else if (tree instanceof TfmParser.ClusterHeadContext head) {
      owner = model = declare(head.name(), Kind.CLUSTER, "");
      if (head.settings() != null) {
        head.settings().setting().forEach(name -> declare(name.name(), Kind.PARAMETER, owner));
        head.settings().setting().forEach(name -> walk(name.expression()));
      }
    } else if (tree instanceof TfmParser.UsesDeviceContext uses) {
      refer(uses.name(), new Symbol(Kind.DEVICE, "", text(uses.name())));
    } else {
      return false;
    }
    return true;
  }

  /** Names of dimensions of an operation are its own: the first place declares one. */
  private void operation(TfmParser.OperationDeclarationContext operation) {
    owner = model = declare(operation.name(), Kind.OPERATION, "");
    Set<String> dims = new HashSet<>();
    for (TfmParser.OperandContext operand : operation.operand()) {
      declare(operand.name(), Kind.PARAMETER, owner);
      ownDims(operand.dims(), dims);
    }
    ownDims(operation.dims(), dims);
    walk(operation.costs());
    for (TfmParser.OperationClauseContext clause : operation.operationClause()) {
      if (clause instanceof TfmParser.KeptWholeContext whole && whole.names() != null) {
        whole.names().name().forEach(this::ownDim);
      } else if (clause instanceof TfmParser.HaloContext halo) {
        walk(halo.expression());
        ownDim(halo.name());
      } else if (clause instanceof TfmParser.ScanContext scan) {
        ownDim(scan.name());
        scan.dims().forEach(state -> state.name().forEach(this::ownDim));
        walk(scan.costs());
      } else {
        children(clause);
      }
    }
  }

  private void ownDims(TfmParser.@Nullable DimsContext dims, Set<String> declared) {
    if (dims != null) {
      dims.name()
          .forEach(
              dim ->
                  add(dim, declared.add(text(dim)), new Symbol(Kind.DIMENSION, owner, text(dim))));
    }
  }

  private void ownDim(TfmParser.@Nullable NameContext dim) {
    refer(dim, new Symbol(Kind.DIMENSION, owner, text(dim)));
  }

  private void varied(TfmParser.@Nullable NameContext plan) {
    owner = text(plan);
    model = "@" + owner;
    refer(plan, new Symbol(Kind.PLAN, "", owner));
  }

  private void enclosed(TfmParser.EnclosedContext enclosed) {
    for (ParseTree child : enclosed.children) {
      if (child instanceof TfmParser.EnclosedContext inner) {
        enclosed(inner);
      } else if (child instanceof TerminalNode leaf
          && leaf.getSymbol().getType() == TfmLexer.NAME) {
        String name = leaf.getText();
        found.add(
            new Occurrence(
                span(leaf.getSymbol(), leaf.getSymbol()),
                List.of(
                    new Symbol(Kind.AXIS, owner, name),
                    new Symbol(Kind.BLOCK, model, name),
                    new Symbol(Kind.DIMENSION, model, name)),
                false));
      }
    }
  }

  private void head(List<TfmParser.NameContext> names, Kind kind) {
    if (!names.isEmpty()) {
      owner = model = declare(names.get(0), kind, "");
    }
    names.stream().skip(1).forEach(base -> refer(base, new Symbol(kind, "", text(base))));
  }

  private void settings(
      TfmParser.@Nullable SettingsContext settings, Kind kind, String settingsOwner) {
    if (settings != null) {
      for (TfmParser.SettingContext setting : settings.setting()) {
        refer(setting.name(), new Symbol(kind, settingsOwner, text(setting.name())));
        walk(setting.expression());
      }
    }
  }

  private void dimension(TfmParser.@Nullable NameContext name) {
    refer(name, new Symbol(Kind.DIMENSION, model, text(name)));
  }

  private void axis(TfmParser.@Nullable NameContext name) {
    refer(name, new Symbol(Kind.AXIS, owner, text(name)));
  }

  private void tensor(TfmParser.@Nullable NameContext name) {
    refer(
        name,
        new Symbol(Kind.TENSOR, block, text(name)),
        new Symbol(Kind.TENSOR, owner + EMBED, text(name)),
        new Symbol(Kind.PARAMETER, owner, text(name)));
  }

  private void number(TfmParser.@Nullable NameContext name) {
    refer(
        name,
        new Symbol(Kind.AXIS, owner, text(name)),
        new Symbol(Kind.PARAMETER, model, text(name)),
        new Symbol(Kind.DIMENSION, model, text(name)));
  }

  private void ofBlock(TfmParser.@Nullable NameContext name, TfmParser.@Nullable NameContext part) {
    refer(name, new Symbol(Kind.BLOCK, model, text(name)));
    String parts = model + "." + text(name);
    refer(
        part,
        new Symbol(Kind.TENSOR, parts, text(part)),
        new Symbol(Kind.KERNEL, parts, text(part)));
  }

  private String declare(TfmParser.@Nullable NameContext name, Kind kind, String of) {
    add(name, true, new Symbol(kind, of, text(name)));
    return text(name);
  }

  private void refer(TfmParser.@Nullable NameContext name, Symbol... candidates) {
    add(name, false, candidates);
  }

  private void add(TfmParser.@Nullable NameContext name, boolean declares, Symbol... candidates) {
    if (!text(name).isEmpty() && name != null && name.getStop() != null) {
      found.add(
          new Occurrence(span(name.getStart(), name.getStop()), List.of(candidates), declares));
    }
  }

  private static String text(@Nullable ParserRuleContext name) {
    boolean isRead = name != null && name.exception == null && name.getChildCount() > 0;
    return name != null && isRead ? name.getText() : "";
  }

  private Span span(Token from, Token to) {
    int length = to.getStopIndex() - from.getStartIndex() + 1;
    return new Span(source, from.getLine(), from.getCharPositionInLine() + 1, Math.max(1, length));
  }
}
