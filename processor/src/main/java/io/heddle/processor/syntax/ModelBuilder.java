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

  List<Declaration.Model> model(TfmParser.ModelContext model) {
    List<ModelMember> members = Leaves.lines(model.member(), this::member);
    TfmParser.ModelHeadContext head = model.modelHead();
    if (!Leaves.isWhole(head)) {
      return List.of();
    }
    return List.of(
        new Declaration.Model(leaves.name(head.name()), leaves.documentation(model), members));
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
      return new ModelMember.Embed(leaves.tensors(member.embed().tensors()), leaves.span(member));
    }
    if (member.begin() != null) {
      return new ModelMember.Begin(leaves.name(member.begin().name()), leaves.span(member));
    }
    if (member.end() != null) {
      return new ModelMember.End(leaves.name(member.end().name()), leaves.span(member));
    }
    if (member.stack() != null) {
      TfmParser.StackContext stack = member.stack();
      return new ModelMember.Stack(
          leaves.expression(stack.expression()),
          leaves.names(stack.names().name()),
          leaves.span(member));
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
        head.norm() == null ? null : leaves.name(head.norm().name()),
        leaves.span(head));
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
