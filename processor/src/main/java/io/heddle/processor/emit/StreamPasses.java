package io.heddle.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import io.heddle.processor.model.Model;
import io.heddle.processor.model.TrainedParts;
import io.heddle.processor.program.Pass;
import io.heddle.processor.program.RankProgram;
import io.heddle.processor.program.Section;
import io.heddle.processor.program.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Java of what goes from block to block in a model of several streams: the rank knows which node
 * made each of them last.
 */
final class StreamPasses {
  private static final ClassName STREAMS = ClassName.get("io.heddle.runtime.emit", "Streams");
  private static final ClassName SPAN = ClassName.get("io.heddle.plan", "StreamSpan");

  private final Model model;
  private final Identifiers identifiers;

  StreamPasses(Model model, Identifiers identifiers) {
    this.model = model;
    this.identifiers = identifiers;
  }

  /** Declares the streams of the rank for the code behind. */
  static CodeBlock declared() {
    return CodeBlock.builder().addStatement("$T streams = rank.streams()", STREAMS).build();
  }

  /** The embedding where it stands. */
  Model.Use embed() {
    return new Model.Use(model.embed(), 0, List.of());
  }

  /** The head where it stands. */
  Model.Use head() {
    return new Model.Use(model.head(), model.streams().size() - 1, model.headSides());
  }

  /** A pass through a block with what it gets. */
  CodeBlock call(Section section, Pass pass, Model.Use use) {
    String sort = pass.kind() == Pass.Kind.FORWARD ? "tensor" : "gradient";
    CodeBlock.Builder code = CodeBlock.builder();
    code.add(
        "$N.$L(rank",
        identifiers.block(model.title(section.block())),
        BlockClass.methodName(pass.kind(), pass.recomputes()));
    if (!pass.argument().isBefore()) {
      code.add(",$Wstreams.$L($L)", sort, use.stream());
    }
    for (int i = 0; i < pass.sides().given().size(); i++) {
      if (!pass.sides().given().get(i).isBefore()) {
        code.add(",$Wstreams.$L($L)", sort, use.sides().get(i));
      }
    }
    return code.add(")").build();
  }

  /** Keeps what a pass has made, of which its own stream is in {@code out}. */
  CodeBlock kept(Pass pass, Model.Use use) {
    String sort = pass.kind() == Pass.Kind.FORWARD ? "tensor" : "gradient";
    CodeBlock.Builder code = CodeBlock.builder();
    if (!pass.result().isBefore()) {
      code.addStatement("streams.$L($L, out)", sort, use.stream());
    }
    for (int i = 0; i < pass.sides().made().size(); i++) {
      if (!pass.sides().made().get(i).isBefore()) {
        code.addStatement("streams.gradient($L, streams.ofSide($L))", use.sides().get(i), i);
      }
    }
    return code.build();
  }

  /**
   * The body of a method that goes through the embedding or the head, and returns what it makes.
   */
  CodeBlock through(RankProgram program, Model.Use use, Pass.Kind kind, boolean returns) {
    CodeBlock.Builder code = CodeBlock.builder();
    Section section = program.section(use.block());
    Pass pass = section.pass(kind, false).orElse(null);
    boolean makes = pass != null && !pass.result().isBefore();
    if (pass != null) {
      code.add(declared());
      code.addStatement(makes ? "long out = $L" : "$L", call(section, pass, use));
      code.add(kept(pass, use));
    }
    if (returns) {
      code.addStatement(makes ? "return out" : "return RankEmitter.NONE");
    }
    return code.build();
  }

  /** Says how far the streams go. */
  CodeBlock spans(RankProgram program, JavaSizes sizes, GroupConstants groups) {
    List<CodeBlock> spans = new ArrayList<>();
    TrainedParts trained = program.plan().trained();
    for (int i = 0; i < model.streams().size(); i++) {
      int stream = i;
      Size elements = program.streamElements(model.streams().get(stream));
      List<String> axes = program.messageAxes(model.streams().get(stream));
      CodeBlock span =
          CodeBlock.of(
              "$T.of($Z$L,$W$L,$W$L,$W$L,$W$L,$W$L)",
              SPAN,
              "layerKinds",
              CodeBlock.of(
                  "product($L, $L)",
                  sizes.of(elements),
                  sizes.of(new Size.ElementBytes(program.streamFormat()))),
              stream == 0
                  ? CodeBlock.of("new int[] {}")
                  : numbers(kind -> model.begins(kind, stream) ? 1 : 0),
              stream == 0 && trained.trainsFirstStream()
                  ? CodeBlock.of("new int[] {}")
                  : numbers(kind -> trained.trainsStream(kind, stream) ? 1 : 0),
              numbers(kind -> model.reads(kind, stream) ? 1 : 0),
              head().reads(stream));
      spans.add(
          axes.isEmpty()
              ? span
              : CodeBlock.of("$L$Z.inShares($L, $L)", span, sizes.ranks(axes), groups.all(axes)));
    }
    return CodeBlock.builder()
        .addStatement("streams($T.of($L))", List.class, CodeBlock.join(spans, ",$W"))
        .build();
  }

  private CodeBlock numbers(ToIntFunction<Model.LayerKind> of) {
    List<CodeBlock> numbers = new ArrayList<>();
    for (Model.LayerKind kind : model.layerKinds()) {
      numbers.add(CodeBlock.of("$L", of.applyAsInt(kind)));
    }
    return CodeBlock.of("new int[] {$L}", CodeBlock.join(numbers, ", "));
  }
}
