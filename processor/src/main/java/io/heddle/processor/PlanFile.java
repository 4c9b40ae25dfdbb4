package io.heddle.processor;

import io.heddle.processor.model.Plan;
import io.heddle.processor.syntax.Declaration;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanText;
import io.heddle.processor.syntax.SourceFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes a plan as a file of its own: what it needs of the built-in library is imported, the rest
 * is copied as it is written.
 */
final class PlanFile {
  private final Declaration.Plan plan;
  private final Plan resolved;
  private final List<SourceFile> files;
  private final Set<String> models;
  private final Set<String> devices;
  private final Set<String> engines;
  private final Set<String> imports = new LinkedHashSet<>();
  private final List<String> copies = new ArrayList<>();

  private PlanFile(Declaration.Plan plan, Plan resolved, List<SourceFile> files) {
    this.plan = plan;
    this.resolved = resolved;
    this.files = files;
    this.models =
        lineage(Declaration.DerivedModel.class, resolved.model().name(), model -> model.base());
    this.devices =
        lineage(
            Declaration.Device.class, resolved.cluster().device().name(), device -> device.base());
    this.engines =
        lineage(Declaration.Engine.class, resolved.engine().name(), engine -> engine.base());
  }

  /** A model, device or engine and those that it is made of. */
  private <T extends Declaration> Set<String> lineage(
      Class<T> kind, String name, Function<T, @Nullable Name> base) {
    Map<String, Name> bases = new HashMap<>();
    for (SourceFile file : files) {
      for (SourceFile.Written written : file.written()) {
        if (kind.isInstance(written.declaration())) {
          Name of = base.apply(kind.cast(written.declaration()));
          if (of != null) {
            bases.put(written.declaration().name().text(), of);
          }
        }
      }
    }
    Set<String> found = new LinkedHashSet<>();
    String next = name;
    while (found.add(next) && bases.containsKey(next)) {
      next = bases.get(next).text();
    }
    return found;
  }

  /**
   * The text of the file.
   *
   * @param resolved what the plan is, for the names of what it needs
   * @param files in which everything is declared
   */
  static String of(Declaration.Plan plan, Plan resolved, List<SourceFile> files) {
    return new PlanFile(plan, resolved, files).text();
  }

  private String text() {
    for (SourceFile file : files) {
      for (SourceFile.Written written : file.written()) {
        if (!isNeeded(written.declaration())) {
          continue;
        }
        if (isImportable(file)) {
          imports.add("import \"%s\"\n".formatted(file.source().path()));
        } else {
          copies.add("\n" + written.text().strip() + "\n");
        }
      }
    }
    return "tfm 1\n"
        + String.join("", imports)
        + "\n"
        + PlanText.of(plan)
        + String.join("", copies);
  }

  private boolean isNeeded(Declaration declaration) {
    String name = declaration.name().text();
    if (declaration instanceof Declaration.Model
        || declaration instanceof Declaration.DerivedModel) {
      return models.contains(name);
    }
    if (declaration instanceof Declaration.Cluster) {
      return name.equals(resolved.cluster().name());
    }
    if (declaration instanceof Declaration.Device) {
      return devices.contains(name);
    }
    if (declaration instanceof Declaration.Engine) {
      return engines.contains(name);
    }
    if (declaration instanceof Declaration.Load) {
      return name.equals(resolved.experts().loadText());
    }
    // Which of them the model uses is not looked for.
    return declaration instanceof Declaration.Operation;
  }

  /** Whether the file is of the library and has no plan of this name itself. */
  private boolean isImportable(SourceFile file) {
    return file.source().path().startsWith(Imports.LIBRARY)
        && file.declarations().stream()
            .noneMatch(
                declared ->
                    declared instanceof Declaration.Plan
                        && declared.name().text().equals(plan.name().text()));
  }
}
