package io.heddle.cli.convert;

import io.heddle.cli.failure.Failure;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Source;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The text of a specification: a model of a shape, and a plan of it. */
final class ModelText {
  private static final int MOST_WIDTH = 96;

  private static final ModelTemplate TEMPLATE = ModelTemplate.read();

  private final ModelShape shape;
  private final String model;
  private final String plan;
  private final String planPart;

  /**
   * @param planPart the part of the template that the plan is made of
   * @param source what the file is written from, for its first line
   * @param title of the model
   */
  ModelText(
      ModelShape shape,
      String model,
      String plan,
      String planPart,
      String source,
      String title,
      List<String> notes) {
    this.shape = shape;
    this.model = model;
    this.plan = plan;
    this.planPart = planPart;
    Map<String, String> words = shape.words();
    words.put("name", model);
    words.put("plan", plan);
    words.put("source", source);
    words.put("class", title);
    words.put("count", "");
    StringBuilder comment = new StringBuilder();
    notes.forEach(note -> comment.append("// ").append(note).append(".\n"));
    words.put("notes", comment.toString());
    words.put("params", parameters(shape.parameters()));
    words.put("stacks", String.join("\n", shape.layers().stacks()));
    StringBuilder blocks = new StringBuilder();
    for (String block : shape.layers().blocks()) {
      blocks.append(block(block)).append('\n');
    }
    words.put("blocks", blocks.toString());
  }

  private String block(String block) {
    Set<String> flags = new HashSet<>(shape.flags());
    if (shape.isLocal(block)) {
      flags.add("window");
    }
    shape.words().put("block", block);
    return TEMPLATE.render(shape.part(block), flags, shape.words());
  }

  private static String parameters(Map<String, Long> sizes) {
    StringBuilder text = new StringBuilder();
    StringBuilder line = new StringBuilder("  param ");
    boolean isFirst = true;
    for (Map.Entry<String, Long> size : sizes.entrySet()) {
      String each = size.getKey() + " = " + size.getValue();
      if (!isFirst && line.length() + each.length() + 2 > MOST_WIDTH) {
        text.append(line).append('\n');
        line = new StringBuilder("  param ");
        isFirst = true;
      }
      line.append(isFirst ? "" : ", ").append(each);
      isFirst = false;
    }
    return text.append(line).toString();
  }

  /**
   * The file, compiled: sizes may not fit each other.
   *
   * @param file what messages call the input
   * @param notes all that was left out
   * @throws Failure if they do not
   */
  ImportedModel imported(String file, List<String> notes) {
    long parameters = compile(file);
    shape.words().put("count", String.format("%,d", parameters));
    return new ImportedModel(text(), model, parameters, shape.parameters().get("layers"), notes);
  }

  private String text() {
    return TEMPLATE.render("model", shape.flags(), shape.words())
        + TEMPLATE.render(planPart, shape.flags(), shape.words());
  }

  private long compile(String file) {
    TfmCompiler compiler = TfmCompiler.read(new Source("model.tfm", text()), Imports.LIBRARY_ONLY);
    return compiler
        .compile(plan)
        .filter(TfmCompiler.Compiled::checkPlacement)
        .orElseThrow(
            () ->
                Failure.wrongInput(
                    "%s: these sizes are no model:\n%s"
                        .formatted(file, Rendering.of(compiler.diagnostics()).stripTrailing())))
        .parameters();
  }
}
