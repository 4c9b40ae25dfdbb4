package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.List;
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
    if (!Leaves.isWhole(member)) {
      return List.of();
    }
    if (member.parameters() != null) {
      return member.parameters().parameter().stream().map(this::parameter).toList();
    }
    if (member.dimensions() != null) {
      return member.dimensions().dimension().stream().map(this::dimension).toList();
    }
    return List.of(single(member));
  }

  private ModelMember single(TfmParser.MemberContext member) {
    if (member.embed() != null) {
      return new ModelMember.Embed(
          leaves.tensors(member.embed().tensors()),
          norm(member.embed().norm()),
          leaves.span(member));
    }
    if (member.begin() != null) {
      return new ModelMember.Begin(leaves.name(member.begin().name()), leaves.span(member));
    }
    if (member.end() != null) {
      return new ModelMember.End(leaves.name(member.end().name()), leaves.span(member));
    }
    if (member.stack() != null) {
      return stack(member.stack());
    }
    return member.head() != null ? head(member.head()) : require(member.require());
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
        stack.names() == null
            ? stack.layers().stream().map(this::layers).toList()
            : List.of(new ModelMember.Layers(null, leaves.names(stack.names().name())));
    return new ModelMember.Stack(
        leaves.expression(stack.expression()), pattern, leaves.span(stack));
  }

  private ModelMember.Layers layers(TfmParser.LayersContext layers) {
    return new ModelMember.Layers(
        layers.expression() == null ? null : leaves.expression(layers.expression()),
        layers.names() == null
            ? List.of(leaves.name(layers.name()))
            : leaves.names(layers.names().name()));
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
