package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.tree.ParseTree;
import org.jspecify.annotations.Nullable;

/** Builds models. */
final class ModelBuilder {
  private final Leaves leaves;
  private final BlockBuilder blocks;

  ModelBuilder(Leaves leaves) {
    this.leaves = leaves;
    this.blocks = new BlockBuilder(leaves);
  }

  List<? extends Declaration> model(TfmParser.DeclaredModelContext model) {
    List<ModelMember> members =
        model.model() == null ? List.of() : Leaves.lines(model.model().member(), this::member);
    TfmParser.ModelHeadContext head = model.modelHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    Name name = leaves.name(head.name());
    String documentation = leaves.documentation(model);
    TfmParser.DerivationContext derivation = model.derivation();
    if (derivation == null) {
      return List.of(new Declaration.Model(name, documentation, members));
    }
    return Leaves.isWhole(derivation)
        ? List.of(
            new Declaration.DerivedModel(
                name,
                documentation,
                leaves.name(derivation.name()),
                leaves.settings(derivation.settings())))
        : List.of();
  }

  private List<? extends ModelMember> member(TfmParser.MemberContext member) {
    if (member.block() != null) {
      return blocks.block(member.block());
    }
    if (member.stream() != null) {
      return stream(member.stream());
    }
    if (!Leaves.isWhole(member)) {
      return List.of();
    }
    if (member.parameters() != null) {
      return member.parameters().parameter().stream().map(this::parameter).toList();
    }
    if (member.dimensions() != null) {
      return member.dimensions().dimension().stream().map(this::dimension).toList();
    }
    return List.of(member.require() != null ? require(member.require()) : line(member));
  }

  private List<ModelMember.Stream> stream(TfmParser.StreamContext stream) {
    List<ModelMember> lines =
        Leaves.lines(
            stream.streamLine(),
            line -> Leaves.isWhole(line) ? List.of(line(line)) : List.<ModelMember>of());
    TfmParser.StreamHeadContext head = stream.streamHead();
    return Leaves.isWhole(head)
        ? List.of(new ModelMember.Stream(leaves.name(head.name()), lines))
        : List.of();
  }

  /** A line of a stream; it may stand in the model itself, which is one stream then. */
  private ModelMember line(ParserRuleContext member) {
    ParseTree line = member.getChild(0);
    if (line instanceof TfmParser.EmbedContext embed) {
      return embed(embed);
    }
    if (line instanceof TfmParser.BeginContext begin) {
      return new ModelMember.Begin(used(begin.used()), leaves.span(begin));
    }
    if (line instanceof TfmParser.EndContext end) {
      return new ModelMember.End(used(end.used()), leaves.span(end));
    }
    if (line instanceof TfmParser.StackContext stack) {
      return stack(stack);
    }
    return head((TfmParser.HeadContext) line);
  }

  private ModelMember.Embed embed(TfmParser.EmbedContext embed) {
    return new ModelMember.Embed(
        optionalName(embed.name()),
        embed.tensors() == null ? List.of() : leaves.tensors(embed.tensors()),
        norm(embed.norm()),
        leaves.span(embed));
  }

  private List<ModelMember.Used> useds(TfmParser.UsedsContext useds) {
    return useds.layerUse().stream().map(this::used).toList();
  }

  private ModelMember.Used used(TfmParser.LayerUseContext use) {
    return used(use.used(), use.SHARED() != null);
  }

  private ModelMember.Used used(TfmParser.UsedContext used) {
    return used(used, false);
  }

  private ModelMember.Used used(TfmParser.UsedContext used, boolean isShared) {
    return new ModelMember.Used(
        leaves.name(used.name()),
        used.fed().stream()
            .map(fed -> new ModelMember.Fed(leaves.name(fed.name(0)), leaves.name(fed.name(1))))
            .toList(),
        isShared);
  }

  private ModelMember.Parameter parameter(TfmParser.ParameterContext parameter) {
    return new ModelMember.Parameter(
        leaves.name(parameter.name()), leaves.expression(parameter.expression()));
  }

  private ModelMember.Dimension dimension(TfmParser.DimensionContext dimension) {
    TfmParser.ExpressionContext size = dimension.expression();
    return new ModelMember.Dimension(
        leaves.name(dimension.name()), size == null ? null : leaves.expression(size));
  }

  private ModelMember.Head head(TfmParser.HeadContext head) {
    TfmParser.TensorContext weight = head.tensor();
    return new ModelMember.Head(
        weight == null ? null : leaves.tensor(weight),
        optionalName(head.name()),
        norm(head.norm()),
        leaves.span(head));
  }

  private ModelMember.Stack stack(TfmParser.StackContext stack) {
    List<ModelMember.Layers> pattern =
        stack.useds() == null
            ? stack.layers().stream().map(this::layers).toList()
            : List.of(new ModelMember.Layers(null, useds(stack.useds())));
    return new ModelMember.Stack(
        leaves.expression(stack.expression()), pattern, leaves.span(stack));
  }

  private ModelMember.Layers layers(TfmParser.LayersContext layers) {
    return new ModelMember.Layers(
        layers.expression() == null ? null : leaves.expression(layers.expression()),
        layers.useds() == null ? List.of(used(layers.layerUse())) : useds(layers.useds()));
  }

  private ModelMember.@Nullable Norm norm(TfmParser.@Nullable NormContext norm) {
    return norm == null
        ? null
        : new ModelMember.Norm(leaves.name(norm.name()), leaves.settings(norm.settings()));
  }

  private @Nullable Name optionalName(TfmParser.@Nullable NameContext name) {
    return name == null ? null : leaves.name(name);
  }

  private ModelMember.Require require(TfmParser.RequireContext require) {
    return new ModelMember.Require(
        leaves.expression(require.expression()),
        Leaves.text(require.STRING().getSymbol()),
        leaves.span(require));
  }
}
