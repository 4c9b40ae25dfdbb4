package io.heddle.processor.model;

import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Expression;
import io.heddle.processor.syntax.ModelMember;
import io.heddle.processor.syntax.Name;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream while its model is resolved. */
final class StreamDraft {
  private final int number;
  private final Name name;
  private final List<ModelMember> lines;
  private final boolean isNamed;
  private final List<Stack> stacks = new ArrayList<>();

  /** What it begins with; null where that is missing. */
  @Nullable ModelMember bottom;

  /** What it ends with; null where others take it. */
  @Nullable ModelMember top;

  /**
   * @param name of the model, where that is one stream without a name
   */
  StreamDraft(int number, Name name, List<ModelMember> lines, boolean isNamed) {
    this.number = number;
    this.name = name;
    this.lines = lines;
    this.isNamed = isNamed;
  }

  /** A stack, before its kinds of layers have numbers. */
  record Stack(Expression repetitions, List<Layers> pattern, Span span) {}

  /**
   * Layers of a pattern.
   *
   * @param count null for one
   */
  record Layers(@Nullable Expression count, List<Model.Use> uses) {}

  /** Its place among the streams of the model, from 0. */
  int number() {
    return number;
  }

  Name name() {
    return name;
  }

  Span span() {
    return name.span();
  }

  boolean isNamed() {
    return isNamed;
  }

  /** Its lines of one kind. */
  <T extends ModelMember> List<T> lines(Class<T> kind) {
    return lines.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  List<ModelMember> lines() {
    return lines;
  }

  List<Stack> stacks() {
    return stacks;
  }

  /** The blocks of its layers, in order. */
  List<Block> blocks() {
    return stacks.stream()
        .flatMap(stack -> stack.pattern().stream())
        .flatMap(layers -> layers.uses().stream())
        .map(Model.Use::block)
        .distinct()
        .toList();
  }
}
